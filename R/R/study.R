# Studies: what a table means, agreed on before anything is fitted.

study <- function(formula, data, family = "gaussian", weights, offset, na.action, experts = NULL, seed = NULL) {
  data <- as.data.frame(data, optional = TRUE)
  asked <- asked_of(substitute(weights), substitute(offset))
  rule <- missing_rule(na_action(na.action))$rule
  plan <- plan_of_formula(
    formula, data, family_name(family), asked$offset, if (length(asked$weights)) recipe_text(asked$weights[[1]]), rule)
  new_study(study_text(plan, experts, seed), plan)
}

new_study <- function(text, plan = NULL) {
  if (is.null(plan)) plan <- plan_of_study(parsed(text))
  structure(list(text = text, plan = plan), class = "dmoe_study")
}

# The study in a file, or that of a model.
read_study <- function(path) {
  text <- read_text(path)
  fields <- tryCatch(parsed(text), error = function(error) NULL)
  if (!identical(fields$format, "dmoe-study")) refuse(sprintf("%s: is no study file", path), "data")
  new_study(text)
}

write_study <- function(study, path) {
  write_text(paste0(study$text, "\n"), path)
  invisible(study)
}

as.character.dmoe_study <- function(x, ...) x$text

formula.dmoe_study <- function(x, ...) formula_of_plan(x$plan)

print.dmoe_study <- function(x, ...) {
  cat(sprintf("Study of %s experts for '%s'\n\n", x$plan$family, x$plan$target))
  kinds <- vapply(x$plan$covariates, function(one) {
    if (!is.null(one$recipe)) return(paste("computed:", one$recipe))
    if (one$type == "category") return(paste0("category: ", paste(one$levels, collapse = ", "), " (reference ", one$reference, ")"))
    one$type
  }, "")
  names <- names_in(x$plan$covariates)
  reads <- paste0(ifelse(names %in% x$plan$experts, "experts", ""), ifelse(names %in% x$plan$gate, " gate", ""))
  print(data.frame(column = names, reads = reads, kind = kinds), row.names = FALSE, right = FALSE)
  for (what in c("exposure", "weights")) if (!is.null(x$plan[[what]])) cat(sprintf("%s: %s\n", what, x$plan[[what]]))
  invisible(x)
}
