# From a formula to the columns of a table.

# The response, the terms of the experts and those of the gate of y ~ experts | gate.
formula_parts <- function(formula) {
  if (!inherits(formula, "formula") || length(formula) != 3) {
    refuse("the formula has no response: write y ~ x, or y ~ x | z with z for the gate")
  }
  right <- formula[[3]]
  has_gate <- is.call(right) && identical(right[[1]], as.name("|"))
  list(
    response = formula[[2]], experts = if (has_gate) right[[2]] else right, gate = if (has_gate) right[[3]],
    environment = environment(formula))
}

# The covariates of one side, each with what it needs to be made of a data frame; and the offset.
side_of <- function(right, response, data, environment) {
  formula <- stats::as.formula(call("~", response, right), env = environment)
  terms <- stats::delete.response(stats::terms(formula, data = data))
  if (attr(terms, "intercept") == 0) refuse("experts and gate have an intercept always: leave out -1 and + 0")
  variables <- attr(terms, "variables")
  offsets <- as.list(variables)[-1][attr(terms, "offset")]
  list(covariates = covariates_of(terms, data, environment), offset = if (length(offsets)) summed(lapply(offsets, `[[`, 2)))
}

summed <- function(calls) Reduce(function(one, other) call("+", one, other), calls)

covariates_of <- function(terms, data, environment) {
  labels <- attr(terms, "term.labels")
  if (!length(labels)) return(list())
  plain <- stats::terms(stats::reformulate(labels, env = environment))
  frame <- tryCatch(
    stats::model.frame(plain, data, na.action = stats::na.pass, drop.unused.levels = FALSE),
    error = function(error) refuse(sprintf("%s; the columns are %s", conditionMessage(error), listed(names(data))), "data"))
  factors <- attr(plain, "factors")
  recipes <- as.list(attr(attr(frame, "terms"), "predvars"))[-1]
  names <- as.list(attr(plain, "variables"))[-1]
  found <- lapply(seq_along(labels), function(term) {
    used <- which(factors[, term] > 0)
    if (length(used) == 1 && is.symbol(names[[used]])) {
      return(list(plain_covariate(as.character(names[[used]]), frame[[used]])))
    }
    derived_covariates(frame[used], recipes[used], factors[used, term])
  })
  unique(unlist(found, recursive = FALSE))
}

listed <- function(names) paste0("'", names, "'", collapse = ", ")

# A column that is in the table: a number, a category or an answer of yes and no.
plain_covariate <- function(name, values) {
  if (is.logical(values)) return(list(name = name, type = "yes-no", yes = "TRUE", no = "FALSE"))
  if (is.factor(values) || is.character(values)) {
    levels <- levels_of(values)
    return(list(name = name, type = "category", levels = I(levels), reference = levels[1]))
  }
  if (!is.numeric(values) || !is.null(dim(values)) || inherits(values, c("Date", "POSIXt", "difftime"))) {
    refuse(sprintf("'%s' is a %s, which is no number and no category: turn it into one first", name, class(values)[1]), "data")
  }
  list(name = name, type = "number")
}

levels_of <- function(values) {
  if (is.factor(values)) levels(values) else sort(unique(values[!is.na(values)]), method = "radix")
}

# Columns that are computed: of each term the products of the columns of its variables, as in a model matrix.
derived_covariates <- function(values, recipes, coding) {
  parts <- Map(parts_of, names(values), values, recipes, coding == 1)
  chosen <- expand.grid(lapply(parts, function(part) seq_along(part$names)))
  lapply(seq_len(nrow(chosen)), function(row) {
    index <- unlist(chosen[row, ])
    pick <- function(what) mapply(function(part, i) part[[what]][i], parts, index)
    list(name = paste(pick("names"), collapse = ":"), type = "number", recipe = paste(pick("recipes"), collapse = " * "))
  })
}

# The columns of one variable of a term, and how each is computed.
parts_of <- function(name, values, recipe, is_contrast) {
  text <- recipe_text(bare_known(recipe))
  if (is.logical(values)) values <- factor(values, c(FALSE, TRUE))
  if (is.factor(values) || is.character(values)) {
    levels <- levels_of(values)
    if (is_contrast) levels <- levels[-1]
    return(list(names = paste0(name, levels), recipes = sprintf("(%s == %s)", text, vapply(levels, deparse, ""))))
  }
  if (is.matrix(values)) {
    columns <- if (is.null(colnames(values))) seq_len(ncol(values)) else colnames(values)
    return(list(names = paste0(name, columns), recipes = sprintf(if (is_operation(recipe)) "(%s)[, %d]" else "%s[, %d]", text, seq_len(ncol(values)))))
  }
  list(names = name, recipes = if (is_operation(recipe)) sprintf("(%s)", text) else text)
}

# Whether it needs parentheses as a factor of a product.
is_operation <- function(recipe) is.call(recipe) && !grepl("^[A-Za-z.]", as.character(recipe[[1]])[1])

recipe_text <- function(recipe) {
  paste(deparse(recipe, width.cutoff = 500L, control = c("keepNA", "keepInteger", "niceNames", "digits17")), collapse = " ")
}
