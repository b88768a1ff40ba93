# How derived columns are computed, kept as notes of the study, so that a model file says what its columns are.

RECIPE <- "R: "

# What a recipe that comes out of a file may call: functions of numbers alone.
recipe_functions <- local({
  base <- c("+", "-", "*", "/", "^", "%%", "%/%", "(", "[", ":", "==", "!=", "<", "<=", ">", ">=", "&", "|", "!", "c", "list", "structure",
            "log", "log1p", "log2", "log10", "exp", "expm1", "sqrt", "abs", "sign", "sin", "cos", "tan", "atan", "floor", "ceiling",
            "round", "pmin", "pmax", "ifelse", "is.na", "I", "scale", "as.numeric", "as.integer", "cut", "factor")
  functions <- mget(base, envir = baseenv())
  functions$poly <- stats::poly
  functions$ns <- splines::ns
  functions$bs <- splines::bs
  functions[["pi"]] <- base::pi
  list2env(functions, parent = emptyenv())
})

# Functions that a file may call lose their package: splines::ns is ns. Other calls stay what they are.
bare_known <- function(expression) {
  if (!is.call(expression)) return(expression)
  if (identical(expression[[1]], as.name("::")) && as.character(expression[[3]]) %in% ls(recipe_functions)) return(expression[[3]])
  for (part in seq_along(expression)) if (is.call(expression[[part]])) expression[[part]] <- bare_known(expression[[part]])
  expression
}

# A column of numbers; `trusted` is the environment of a formula of this session, NULL for a recipe that was read from a file.
derived_column <- function(recipe, data, trusted, name) {
  expression <- parse_recipe(recipe, name)
  enclosure <- if (is.null(trusted)) recipe_functions else with_splines(trusted)
  if (is.null(trusted)) {
    unknown <- setdiff(all.names(expression), c(names(data), ls(recipe_functions, all.names = TRUE)))
    if (length(unknown)) refuse(recipe_advice(name, recipe, sprintf("'%s' is no column and no function that a file may call", unknown[1])), "data")
  }
  values <- tryCatch(eval(expression, data, enclosure), error = function(error) {
    refuse(recipe_advice(name, recipe, conditionMessage(error)), "data")
  })
  as.double(values)
}

# Recipes name ns and bs bare, whether or not their package is attached.
with_splines <- function(trusted) {
  enclosure <- new.env(parent = trusted)
  for (name in c("ns", "bs")) if (!exists(name, trusted, mode = "function")) assign(name, recipe_functions[[name]], envir = enclosure)
  enclosure
}

parse_recipe <- function(recipe, name) {
  parsed <- tryCatch(parse(text = recipe, keep.source = FALSE), error = function(error) NULL)
  if (length(parsed) != 1) refuse(recipe_advice(name, recipe, "it is no expression of R"), "data")
  parsed[[1]]
}

recipe_advice <- function(name, recipe, reason) {
  sprintf("column '%s' cannot be computed by its recipe %s: %s; give a column of that name", name, recipe, reason)
}

# Notes of people are no recipes.
recipe_of <- function(note) {
  if (is.character(note) && startsWith(note, RECIPE)) substring(note, nchar(RECIPE) + 1)
}
