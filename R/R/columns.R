# From data frames to the tables of the engine: columns of doubles, and of texts for names.

# The columns that a plan reads.
columns_for <- function(plan, data, responses = TRUE) {
  columns <- list()
  for (covariate in plan$covariates) columns[[covariate$name]] <- covariate_column(covariate, data, plan$trusted)
  if (!is.null(plan$exposure)) columns[[plan$exposure]] <- numbers(response_of(plan$exposure, data, plan$trusted), plan$exposure)
  if (responses) columns[[plan$target]] <- target_column(plan, response_of(plan$target, data, plan$trusted))
  lapply(columns, repeated, nrow(data))
}

# With the column of subjects, and for a ledger with all other numbers of the table, by which it knows rows again.
identified <- function(columns, data, subjects, has_ledger) {
  for (name in subjects) {
    values <- response_of(name, data, NULL)
    columns[[name]] <- if (is.numeric(values) && !is.factor(values)) as.double(values) else names_of(values)
  }
  others <- if (has_ledger) setdiff(names(Filter(function(values) is.numeric(values) && is.null(dim(values)), data)), names(columns))
  for (name in others) columns[[name]] <- as.double(data[[name]])
  columns
}

# Of a formula of one column, or the name itself.
name_of_column <- function(column, what) {
  if (inherits(column, "formula") && length(column) == 2) column <- as.character(column[[2]])
  if (!is.null(column) && (!is.character(column) || length(column) != 1)) refuse(sprintf("%s must be a column, such as ~ patient", what))
  column
}

# Variables of a formula need not be of the table.
repeated <- function(values, count) if (length(values) == 1) rep(values, count) else values

covariate_column <- function(covariate, data, trusted) {
  name <- covariate$name
  if (!is.null(covariate$recipe)) {
    # Where the table has the column itself, and not what it is made of, it is taken as it is.
    made_of <- setdiff(all.vars(parse_recipe(covariate$recipe, name)), "pi")
    if (!name %in% names(data) || all(made_of %in% names(data))) return(derived_column(covariate$recipe, data, trusted, name))
  }
  values <- response_of(name, data, trusted)
  switch(covariate$type, number = numbers(values, name), category = names_of(values), answers_of(values, covariate))
}

numbers <- function(values, name) {
  if (is.factor(values) || is.character(values)) return(names_of(values))
  if (is.complex(values) || is.list(values)) refuse(sprintf("column '%s' holds no numbers", name), "data")
  as.double(values)
}

# Texts; whole numbers have no point.
names_of <- function(values) {
  if (is.numeric(values) && !is.factor(values)) return(ifelse(is.na(values), NA_character_, number_text(values)))
  enc2utf8(as.character(values))
}

answers_of <- function(values, covariate) {
  if (is.logical(values)) return(ifelse(values, covariate$yes, covariate$no))
  names_of(values)
}

target_column <- function(plan, values) {
  if (!is.null(dim(values))) {
    refuse(sprintf("the response '%s' has %d columns, and must have one: repeat rows of successes and failures by weights",
                   plan$target, ncol(values)), "data")
  }
  if (plan$family == "multinomial") names_of(values) else numbers(values, plan$target)
}

# A table of the engine, which reads the columns where they lie.
table_of <- function(columns, source = "data") {
  request <- encoded(list(
    source = source, columns = unname(Map(
      function(name, values) list(name = name, element = if (is.double(values)) 0 else 2), names(columns), columns))))
  lengths <- unique(lengths(columns))
  if (length(lengths) > 1) refuse(sprintf("the columns differ in length: %s rows", paste(lengths, collapse = " and ")), "data")
  answered(.Call(call_table, enc2utf8(request), unname(columns)))$value
}
