# Predictions: what the engine says of rows.

places <- c(
  "mean", "standard_deviation", "gates", "class_probabilities", "quantiles", "log_density", "posteriors", "draws", "predictors",
  "cumulative")

# What is wanted of some rows: matrices of rows x columns, NA where a row is left out.
outputs_of <- function(model, columns, wanted, ...) {
  widths <- as.integer(ifelse(places %in% names(wanted), wanted[places], 0))
  request <- encoded(Filter(Negate(is.null), list(missing = "drop", ...)))
  table <- table_of(columns)
  # A row with a gap is NA, as anywhere in R, without a message.
  answer <- withCallingHandlers(
    answered(.Call(call_predict, handle_of(model), table, enc2utf8(request), widths, length(columns[[1]]))),
    dmoe_notice = function(notice) invokeRestart("muffleMessage"))
  stats::setNames(lapply(answer$value, function(matrix) if (!is.null(matrix)) t(matrix)), places)[names(wanted)]
}

predict.dmoe <- function(object, newdata,
                         type = c("response", "interval", "quantile", "sd", "class", "gate", "posterior", "expert", "link", "density"),
                         level = 0.95, probs = c(0.05, 0.5, 0.95), site = NULL, unknown_levels = NULL, threads = NULL, ...) {
  type <- match.arg(type)
  if (missing(newdata)) newdata <- NULL
  model <- model_of_site(object, site)
  needs <- type %in% c("posterior", "density")
  columns <- if (is.null(newdata)) own_columns(object) else columns_for(object$plan, as.data.frame(newdata, optional = TRUE), needs)
  outputs <- function(...) outputs_of(model, columns, c(...), unknownLevels = unknown_levels, threads = threads)
  names <- if (is.null(newdata)) object$row_names else row.names(newdata)
  value <- predicted(model, type, outputs, function(wanted, levels) {
    outputs_of(model, columns, wanted, levels = I(levels), unknownLevels = unknown_levels, threads = threads)
  }, level, probs)
  named_rows(value, names)
}

predicted <- function(model, type, outputs, quantiles, level, probs) {
  classes <- vector_of(first_record(model)$classes)
  if (!is.null(classes) && type %in% c("interval", "quantile", "sd")) refuse("classes are no numbers: see type = \"response\", their probabilities")
  if (is.null(classes) && type == "class") refuse("the responses are numbers: see type = \"expert\" for the most probable expert")
  if (is.null(classes)) classes <- character()
  k <- expert_count(model)
  columned <- function(matrix, names) `colnames<-`(matrix, names)
  probabilities <- function() columned(outputs(class_probabilities = length(classes))[[1]], classes)
  switch(type,
    response = if (length(classes)) probabilities() else outputs(mean = 1)[[1]][, 1],
    sd = outputs(standard_deviation = 1)[[1]][, 1],
    interval = {
      got <- quantiles(c(mean = 1, quantiles = 2), 0.5 + c(-0.5, 0.5) * level)
      cbind(fit = got$mean[, 1], lwr = got$quantiles[, 1], upr = got$quantiles[, 2])
    },
    quantile = columned(quantiles(c(quantiles = length(probs)), probs)$quantiles, paste0(100 * probs, "%")),
    class = factor(classes[largest(probabilities())], classes),
    gate = columned(outputs(gates = k)[[1]], expert_names(model)),
    expert = factor(expert_names(model)[largest(outputs(gates = k)[[1]])], expert_names(model)),
    posterior = columned(outputs(posteriors = k)[[1]], expert_names(model)),
    link = link_matrix(model, outputs, k),
    density = outputs(log_density = 1)[[1]][, 1])
}

link_matrix <- function(model, outputs, k) {
  predictors <- predictor_names(model)
  names <- paste0(rep(expert_names(model), each = length(predictors)), sub("(.+):$", ":\\1", predictors))
  `colnames<-`(outputs(predictors = k * length(predictors))[[1]], names)
}

# The column of the largest number of each row; NA where the row is left out.
largest <- function(matrix) {
  found <- rep(NA_integer_, nrow(matrix))
  known <- !is.na(matrix[, 1])
  if (any(known)) found[known] <- max.col(matrix[known, , drop = FALSE], "first")
  found
}

named_rows <- function(value, names) {
  if (is.matrix(value)) rownames(value) <- names else names(value) <- names
  value
}

model_of_site <- function(object, site) {
  if (is.null(site)) return(object)
  local <- object$local_models[[site]]
  if (is.null(local)) {
    known <- names(object$local_models)
    refuse(sprintf("there is no local model of '%s'%s", site, if (length(known)) paste("; there are", listed(known)) else ""))
  }
  local
}

# The rows that a model was fitted to, where they are here.
own_columns <- function(model) {
  if (is.null(model$columns)) refuse("the rows of this model are not here: give them as newdata")
  model$columns
}

# Rows that were left out are dropped, or NA for na.exclude, as everywhere in R.
padded <- function(model, value) {
  # A row without a response has a mean, and was not fitted.
  known <- Reduce(`&`, lapply(model$columns[c(model$plan$target, model$plan$weights)], function(column) !is.na(column)))
  if (is.matrix(value)) value[!known, ] <- NA else value[!known] <- NA
  value <- named_rows(value, model$row_names)
  if (identical(model$na.action, "na.exclude")) return(value)
  if (is.matrix(value)) value[!is.na(value[, 1]), , drop = FALSE] else value[!is.na(value)]
}

fitted.dmoe <- function(object, ...) padded(object, predict(object))

residuals.dmoe <- function(object, type = c("response", "pearson", "quantile"), ...) {
  type <- match.arg(type)
  columns <- own_columns(object)
  if (!is.null(first_record(object)$classes)) refuse("classes have no residuals: see predict(type = \"response\"), their probabilities")
  if (type == "quantile") return(padded(object, quantile_residuals(object, columns)))
  got <- outputs_of(object, columns, c(mean = 1, standard_deviation = 1))
  difference <- columns[[object$plan$target]] - got$mean[, 1]
  padded(object, if (type == "pearson") difference / got$standard_deviation[, 1] else difference)
}

# Standard normal where the model is right; of counts randomised between P(Y < y) and P(Y <= y), by R's random numbers.
quantile_residuals <- function(model, columns) {
  bounds <- outputs_of(model, columns, c(cumulative = 2))$cumulative
  jumps <- !is.na(bounds[, 1]) & bounds[, 2] > bounds[, 1]
  level <- bounds[, 2]
  level[jumps] <- stats::runif(sum(jumps), bounds[jumps, 1], bounds[jumps, 2])
  stats::qnorm(pmin(pmax(level, 1e-300), 1 - 1e-16))
}

simulate.dmoe <- function(object, nsim = 1, seed = NULL, newdata = NULL, ...) {
  if (!exists(".Random.seed", envir = globalenv(), inherits = FALSE)) stats::runif(1)
  before <- get(".Random.seed", envir = globalenv())
  if (!is.null(seed)) {
    set.seed(seed)
    on.exit(assign(".Random.seed", before, envir = globalenv()))
  }
  columns <- if (is.null(newdata)) own_columns(object) else columns_for(object$plan, as.data.frame(newdata, optional = TRUE), FALSE)
  classes <- vector_of(first_record(object)$classes)
  draw <- function(number) {
    own <- sample.int(.Machine$integer.max, 1)
    values <- outputs_of(object, columns, c(draws = 1), seed = own)$draws[, 1]
    if (is.null(classes)) values else factor(classes[values + 1], classes)
  }
  result <- as.data.frame(stats::setNames(lapply(seq_len(nsim), draw), paste0("sim_", seq_len(nsim))))
  attr(result, "seed") <- if (is.null(seed)) before else seed
  result
}
