# A model: its file, and what is known of where it came from.

# Of class "dmoe": `text`, the file, bit-identical to that of the command line; `record`, its fields; `plan`, what its columns are;
# `handle`, the engine's object; and where it was fitted here `call`, `columns` (its rows), `sites`, `local_models`, `left_out`,
# `na.action`.
new_model <- function(text, plan = NULL, ..., source = "model") {
  record <- parsed(text)
  model <- structure(list(text = text, record = record, plan = plan, handle = new.env(), ...), class = "dmoe")
  if (is.null(plan)) model$plan <- plan_of_record(first_record(model))
  handle_of(model, source)
  model
}

# The model, or the first of all local ones.
first_record <- function(model) {
  members <- model$record$members
  if (is.null(members)) model$record else members[[1]]$model
}

# The engine's object; opened anew where the model comes from another session.
handle_of <- function(model, source = "model") {
  if (!.Call(call_is_open, model$handle$pointer)) {
    model$handle$pointer <- answered(.Call(call_open, enc2utf8(model$text), enc2utf8(source)))$value
  }
  model$handle$pointer
}

# What the engine has to say of a model, as classed warnings.
warn_of <- function(model, prefix = "", latest = FALSE) {
  for (one in said_of(model, latest)) warn(paste0(prefix, one$text), one$code)
  invisible(model)
}

said_of <- function(model, latest = FALSE) parsed(answered(.Call(call_warnings, handle_of(model), latest))$text)

one_model <- function(model) {
  if (!is.null(model$record$members)) refuse("these are all local models together, which have no coefficients of their own")
  model$record
}

expert_count <- function(model) {
  members <- model$record$members
  if (is.null(members)) length(model$record$experts) else sum(vapply(members, function(one) length(one$model$experts), 0L))
}

# As those of the columns of predictions.
expert_names <- function(model) {
  members <- model$record$members
  if (is.null(members)) return(paste0("expert", seq_along(model$record$experts)))
  unlist(lapply(members, function(one) paste0(one$name, ":expert", seq_along(one$model$experts))))
}

site_count <- function(model) length(model$record$aggregation$sites)

as.character.dmoe <- function(x, ...) x$text

read_model <- function(path) {
  new_model(read_text(path), source = path)
}

write_model <- function(model, path) {
  write_text(model$text, path)
  invisible(model)
}

read_text <- function(path) {
  if (!file.exists(path)) refuse(sprintf("%s: there is no such file", path), "input")
  bytes <- readBin(path, "raw", file.size(path))
  if (any(bytes == 0)) refuse(sprintf("%s: is no text", path), "data")
  text <- rawToChar(bytes)
  Encoding(text) <- "UTF-8"
  if (!validUTF8(text)) refuse(sprintf("%s: is no UTF-8", path), "data")
  text
}

write_text <- function(text, path) answered(.Call(call_write, enc2utf8(text), enc2native(path.expand(path))))
