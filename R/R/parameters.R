# Coefficients, and how sure they are.

# One entry for each expert and for each gate but the last: `names`, `estimates`, `covariance` (NULL where it is not known).
blocks_of <- function(model) {
  record <- one_model(model)
  predictors <- predictor_names(model)
  experts <- lapply(seq_along(record$experts), function(index) {
    expert <- record$experts[[index]]
    terms <- paste0(rep(predictors, each = length(record$expertCovariates) + 1), terms_of(model, record$expertCovariates))
    estimates <- vector_of(expert$coefficients)
    block_of(paste0("expert", index), terms, estimates, expert$uncertainty, center_of(record, record$expertCovariates), length(predictors))
  })
  c(experts, gate_blocks(model, record))
}

# Of a response of classes those after the reference; elsewhere there is one linear predictor.
predictor_names <- function(model) {
  classes <- first_record(model)$classes
  if (is.null(classes)) "" else paste0(vector_of(classes)[-1], ":")
}

# The intercept and columns of the design, as R calls them: wardB for the file's ward=B.
terms_of <- function(model, columns) {
  columns <- as.character(vector_of(columns))
  for (covariate in model$plan$covariates) {
    if (covariate$type == "yes-no") columns[columns == covariate$name] <- paste0(covariate$name, covariate$yes)
    if (covariate$type != "category") next
    found <- match(columns, paste0(covariate$name, "=", covariate$levels))
    columns[!is.na(found)] <- paste0(covariate$name, covariate$levels)[found[!is.na(found)]]
  }
  c("(Intercept)", columns)
}

gate_blocks <- function(model, record) {
  count <- length(record$experts) - 1
  if (count == 0) return(list())
  terms <- terms_of(model, record$gateCovariates)
  estimates <- vector_of(lapply(record$experts[seq_len(count)], `[[`, "gate"))
  center <- center_of(record, record$gateCovariates)
  all <- block_of("gate", rep(terms, count), estimates, record$uncertainty$gate, center, count)
  all$label <- paste0("gate", rep(seq_len(count), each = length(terms)))
  list(all)
}

block_of <- function(label, terms, estimates, uncertainty, center, predictors) {
  list(
    label = rep(label, length(terms)), terms = terms, estimates = estimates, degrees = uncertainty$degrees,
    covariance = if (!is.null(uncertainty)) covariance_of(uncertainty, length(estimates), center, predictors))
}

# The mean of the covariates, at which a file has its intercepts.
center_of <- function(record, names) {
  weights <- vapply(record$experts, function(expert) as.double(expert$statistics$weight), 0)
  means <- vapply(record$experts, function(expert) as.double(vector_of(expert$statistics$mean)), double(length(record$covariates) + 1))
  center <- drop(rbind(means) %*% (weights / sum(weights)))
  center[match(vector_of(names), vector_of(record$covariates))]
}

# From errors and correlations at the mean of the covariates to the covariance of coefficients at 0. What is held or not determined
# by the rows has none.
covariance_of <- function(uncertainty, count, center, predictors) {
  errors <- as.double(vector_of(uncertainty$standardErrors))
  correlations <- diag(length(errors))
  if (length(errors) > 1) {
    if (is.null(uncertainty$correlations)) return(diagonal_alone(errors))
    # Row by row of the lower triangle is column by column of the upper one.
    correlations[upper.tri(correlations)] <- as.double(vector_of(uncertainty$correlations))
    correlations[lower.tri(correlations)] <- t(correlations)[lower.tri(correlations)]
  }
  covariance <- (correlations * outer(errors, errors))[seq_len(count), seq_len(count), drop = FALSE]
  map <- shift_of(count, center, predictors)
  shifted <- map %*% covariance %*% t(map)
  unknown <- c(which(errors == 0), vector_of(uncertainty$undetermined) + 1)
  unknown <- unknown[unknown <= count]
  shifted[unknown, ] <- NA
  shifted[, unknown] <- NA
  shifted
}

shift_of <- function(count, center, predictors) {
  map <- diag(count)
  width <- length(center) + 1
  for (predictor in seq_len(predictors)) {
    first <- (predictor - 1) * width + 1
    if (width > 1) map[first, first + seq_along(center)] <- -center
  }
  map
}

# A gate of very many parameters comes without correlations: the errors of its intercepts at 0 are not known.
diagonal_alone <- function(errors) {
  covariance <- matrix(NA_real_, length(errors), length(errors))
  diag(covariance) <- ifelse(errors == 0, NA, errors^2)
  covariance
}

labels_of <- function(block) paste(block$label, block$terms, sep = ":")

coef.dmoe <- function(object, which = c("all", "experts", "gate"), ...) {
  which <- match.arg(which)
  record <- one_model(object)
  if (which == "all") {
    blocks <- blocks_of(object)
    return(stats::setNames(unlist(lapply(blocks, `[[`, "estimates")), unlist(lapply(blocks, labels_of))))
  }
  field <- if (which == "experts") "coefficients" else "gate"
  columns <- do.call(cbind, lapply(record$experts, function(expert) as.double(vector_of(expert[[field]]))))
  rows <- if (which == "experts") blocks_of(object)[[1]]$terms else terms_of(object, record$gateCovariates)
  dimnames(columns) <- list(rows, expert_names(object))
  columns
}

# Between experts, and between these and the gate, a file has no covariances: they are NA.
vcov.dmoe <- function(object, ...) {
  blocks <- blocks_of(object)
  names <- unlist(lapply(blocks, labels_of))
  result <- matrix(NA_real_, length(names), length(names), dimnames = list(names, names))
  end <- 0
  for (block in blocks) {
    own <- end + seq_along(block$estimates)
    if (!is.null(block$covariance)) result[own, own] <- block$covariance
    end <- end + length(own)
  }
  result
}

sigma.dmoe <- function(object, ...) {
  record <- one_model(object)
  dispersions <- vapply(record$experts, function(expert) as.double(expert$dispersion), 0)
  stats::setNames(if (record$family == "gaussian") sqrt(dispersions) else dispersions, expert_names(object))
}

# Free parameters: those that are held are none.
parameter_count <- function(model) {
  record <- one_model(model)
  free <- function(uncertainty, count) {
    if (is.null(uncertainty)) return(count)
    errors <- vector_of(uncertainty$standardErrors)
    length(errors) - length(union(which(errors == 0), vector_of(uncertainty$undetermined) + 1))
  }
  dispersed <- !record$family %in% c("poisson", "multinomial")
  experts <- vapply(record$experts, function(expert) free(expert$uncertainty, length(expert$coefficients) + dispersed), 0)
  gates <- (length(record$experts) - 1) * (length(record$gateCovariates) + 1)
  sum(experts) + if (gates > 0) free(record$uncertainty$gate, gates) else 0
}

# Of Student's t, for each coefficient of a block: those that the file has; of one linear regression fitted to rows, rows less coefficients; all other
# estimates are taken as normal.
degrees_of <- function(model) {
  record <- model$record
  is_regression <- length(record$experts) == 1 && record$family == "gaussian" &&
    isTRUE(record$uncertainty$source %in% c("observed", "sandwich"))
  residual <- if (is_regression) record$weight - length(record$experts[[1]]$coefficients) else 0
  unlist(lapply(blocks_of(model), function(block) {
    degrees <- if (!is.null(block$degrees)) block$degrees else if (residual > 0) residual else Inf
    rep(degrees, length(block$estimates))
  }))
}

# The estimate, its error, and a test of 0, row by row.
coefficient_table <- function(model) {
  blocks <- blocks_of(model)
  estimates <- unlist(lapply(blocks, `[[`, "estimates"))
  errors <- unlist(lapply(blocks, function(block) {
    if (is.null(block$covariance)) rep(NA_real_, length(block$estimates)) else sqrt(pmax(0, diag(block$covariance)))
  }))
  ratio <- estimates / errors
  data.frame(
    component = unlist(lapply(blocks, `[[`, "label")), term = unlist(lapply(blocks, `[[`, "terms")), estimate = estimates,
    std.error = errors, statistic = ratio, p.value = 2 * stats::pt(-abs(ratio), degrees_of(model)))
}
