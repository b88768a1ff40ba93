# Requests and studies as JSON: numbers with all their digits.
encoded <- function(value) {
  if (is.null(value)) return("null")
  if (is.list(value)) return(encoded_list(value))
  texts <- if (is.character(value)) {
    vapply(enc2utf8(value), quoted, "")
  } else if (is.logical(value)) {
    ifelse(value, "true", "false")
  } else {
    number_text(value)
  }
  if (inherits(value, "AsIs") || length(value) != 1) paste0("[", paste(texts, collapse = ","), "]") else unname(texts)
}

encoded_list <- function(value) {
  items <- vapply(value, encoded, "")
  if (is.null(names(value))) return(paste0("[", paste(items, collapse = ","), "]"))
  kept <- !vapply(value, is.null, NA)
  paste0("{", paste0(vapply(names(value)[kept], quoted, ""), ":", items[kept], collapse = ","), "}")
}

number_text <- function(value) {
  whole <- is.finite(value) & value == round(value) & abs(value) < 2^53
  ifelse(whole, sprintf("%.0f", value), sprintf("%.17g", value))
}

quoted <- function(text) {
  text <- gsub("\\", "\\\\", text, fixed = TRUE)
  text <- gsub("\"", "\\\"", text, fixed = TRUE)
  for (control in regmatches(text, gregexpr("[\\x01-\\x1f]", text, perl = TRUE))[[1]]) {
    text <- gsub(control, sprintf("\\u%04x", utf8ToInt(control)), text, fixed = TRUE)
  }
  paste0("\"", text, "\"")
}

parsed <- function(text) jsonlite::parse_json(text, simplifyVector = FALSE)

# A list of numbers or texts as a vector.
vector_of <- function(list) unlist(list, use.names = FALSE)
