# What R asks of any model.

formula.dmoe <- function(x, ...) formula_of_plan(x$plan)

nobs.dmoe <- function(object, ...) {
  members <- object$record$members
  if (is.null(members)) object$record$rows else sum(vapply(members, function(one) as.double(one$model$rows), 0))
}

# That of the file for a local model; of others that of their rows, where they are here.
logLik.dmoe <- function(object, ...) {
  value <- object$record$fit$logLikelihood
  if (is.null(value)) {
    columns <- own_columns(object)
    density <- outputs_of(object, columns, c(log_density = 1))$log_density[, 1]
    weights <- if (is.null(object$plan$weights)) 1 else columns[[object$plan$weights]]
    value <- sum(weights * density, na.rm = TRUE)
  }
  structure(value, df = parameter_count(object), nobs = nobs(object), class = "logLik")
}

print.dmoe <- function(x, digits = max(3L, getOption("digits") - 3L), ...) {
  heading_of(x)
  if (is.null(x$record$members)) {
    cat("\nExperts:\n")
    print(coef(x, "experts"), digits = digits)
    if (expert_count(x) > 1) {
      cat("\nGate:\n")
      print(coef(x, "gate"), digits = digits)
    }
  }
  invisible(x)
}

heading_of <- function(x) {
  if (!is.null(x$call)) cat("Call:\n", paste(deparse(x$call), collapse = "\n"), "\n\n", sep = "")
  sites <- max(site_count(x), length(x$record$members))
  counted <- function(number, noun) paste0(format(number, big.mark = ","), " ", noun, if (number != 1) "s")
  cat(sprintf(
    "Mixture of %s for '%s', from %s%s\n", counted(expert_count(x), paste(x$plan$family, "expert")), x$plan$target,
    counted(nobs(x), "row"), if (sites > 0) paste(" of", counted(sites, "site")) else ""))
  dropped <- x$record$reading$rowsLeftOut
  # In a release small numbers are texts: "<10".
  if (is.character(dropped)) dropped_text <- paste(sub("<", "fewer than ", dropped), "rows") else dropped_text <- counted(if (is.null(dropped)) 0 else dropped, "row")
  if (!identical(dropped_text, "0 rows")) cat(sprintf("  (%s left out for missing values)\n", dropped_text))
}

summary.dmoe <- function(object, ...) {
  record <- one_model(object)
  weights <- vapply(record$experts, function(expert) as.double(expert$statistics$weight), 0)
  sites <- record$aggregation$sites
  likelihood <- tryCatch(logLik(object), dmoe_error = function(error) NULL)
  structure(list(
    model = object, coefficients = coefficient_table(object),
    experts = data.frame(expert = expert_names(object), share = weights / sum(weights), rows = weights, dispersion = dispersions_of(record)),
    sites = if (length(sites)) site_table(sites), source = record$uncertainty$source, logLik = likelihood,
    warnings = vapply(said_of(object), `[[`, "", "text")), class = "summary.dmoe")
}

dispersions_of <- function(record) vapply(record$experts, function(expert) as.double(if (is.null(expert$dispersion)) NA else expert$dispersion), 0)

site_table <- function(sites) {
  data.frame(
    site = vapply(sites, `[[`, "", "name"), rows = vapply(sites, function(site) as.double(site$rows), 0),
    share = vapply(sites, function(site) as.double(site$weight), 0),
    # 0 stands for one that is withheld.
    experts = vapply(sites, function(site) paste(sub("^0$", "withheld", vector_of(site$experts)), collapse = " "), ""))
}

coef.summary.dmoe <- function(object, ...) object$coefficients

print.summary.dmoe <- function(x, digits = max(3L, getOption("digits") - 3L), ...) {
  heading_of(x$model)
  for (component in unique(x$coefficients$component)) print_component(x, component, digits)
  if (!is.null(x$source)) cat("\nStandard errors: ", sources_of_errors[x$source], "\n", sep = "")
  if (!is.null(x$sites)) {
    cat("\nSites, and the expert of the model that each of theirs belongs to:\n")
    print(x$sites, digits = 3, row.names = FALSE)
  }
  if (!is.null(x$logLik)) {
    cat(sprintf("\nLog-likelihood %s on %g parameters, AIC %s, BIC %s\n", format(c(x$logLik), nsmall = 2), attr(x$logLik, "df"),
                format(stats::AIC(x$logLik), nsmall = 2), format(stats::BIC(x$logLik), nsmall = 2)))
  }
  for (text in x$warnings) cat("Note: ", text, "\n", sep = "")
  invisible(x)
}

sources_of_errors <- c(observed = "observed information", sandwich = "sandwich", aggregated = "combined from those of the sites",
                       simulated = "parametric bootstrap of the local models", sites = "jackknife of the sites")

print_component <- function(x, component, digits) {
  own <- x$coefficients[x$coefficients$component == component, ]
  table <- as.matrix(own[c("estimate", "std.error", "statistic", "p.value")])
  dimnames(table) <- list(own$term, c("Estimate", "Std. Error", "z value", "Pr(>|z|)"))
  number <- match(component, x$experts$expert)
  if (is.na(number)) {
    cat(sprintf("\nGate of expert %s against expert %d:\n", sub("gate", "", component), nrow(x$experts)))
  } else {
    one <- x$experts[number, ]
    cat(sprintf("\nExpert %d, %.1f %% of the rows%s:\n", number, 100 * one$share, dispersion_text(x$model$plan$family, one$dispersion)))
  }
  stats::printCoefmat(table, digits = digits, na.print = "NA", signif.legend = FALSE)
}

dispersion_text <- function(family, dispersion) {
  if (is.na(dispersion) || family %in% c("poisson", "multinomial")) return("")
  if (family == "gaussian") sprintf(", residual standard deviation %.4g", sqrt(dispersion)) else sprintf(", dispersion %.4g", dispersion)
}

# For generics: tables of the tidyverse.

tidy.dmoe <- function(x, conf.int = FALSE, conf.level = 0.95, ...) {
  table <- coefficient_table(x)
  if (conf.int) {
    half <- -stats::qt(0.5 - 0.5 * conf.level, degrees_of(x)) * table$std.error
    table <- cbind(table, conf.low = table$estimate - half, conf.high = table$estimate + half)
  }
  table
}

glance.dmoe <- function(x, ...) {
  likelihood <- logLik(x)
  data.frame(
    family = x$plan$family, experts = expert_count(x), sites = max(1, site_count(x)), nobs = nobs(x), logLik = c(likelihood),
    df = attr(likelihood, "df"), AIC = stats::AIC(likelihood), BIC = stats::BIC(likelihood),
    converged = if (is.null(x$record$fit)) isTRUE(x$record$aggregation$converged) else x$record$fit$stopReason == "converged")
}

augment.dmoe <- function(x, data, ...) {
  if (missing(data)) data <- as.data.frame(own_columns(x), optional = TRUE)
  response <- predict(x, data)
  posterior <- predict(x, data, type = "posterior")
  result <- if (is.matrix(response)) {
    cbind(data, .fitted = predict(x, data, type = "class"))
  } else {
    values <- response_of(x$plan$target, data, x$plan$trusted)
    cbind(data, .fitted = response, .resid = values - response)
  }
  result$.expert <- factor(colnames(posterior)[largest(posterior)], colnames(posterior))
  cbind(result, stats::setNames(as.data.frame(posterior), paste0(".posterior_", colnames(posterior))))
}
