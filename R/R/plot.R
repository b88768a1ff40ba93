# Pictures of a model.

plot.dmoe <- function(x, which = c("gate", "rootogram", "posterior", "residuals", "experts"), newdata = NULL, covariate = NULL, ...) {
  which <- match.arg(which)
  switch(which,
    gate = plot_gate(x, newdata, covariate, ...), rootogram = plot_rootogram(posterior_of(x, newdata), ...),
    posterior = plot_posterior(posterior_of(x, newdata), ...), residuals = plot_residuals(x, ...), experts = plot_counts(x, ...))
  invisible(x)
}

posterior_of <- function(model, newdata) {
  posterior <- predict(model, newdata, type = "posterior")
  posterior[!is.na(posterior[, 1]), , drop = FALSE]
}

colours <- function(count) grDevices::hcl.colors(max(count, 2), "Dark 3")[seq_len(count)]

# Gate probabilities against one covariate, row by row, and their running mean.
plot_gate <- function(model, newdata, covariate, ...) {
  if (!length(model$plan$gate)) refuse("the gate has no covariates: nothing to plot")
  columns <- if (is.null(newdata)) own_columns(model) else columns_for(model$plan, newdata, FALSE)
  if (is.null(covariate)) covariate <- model$plan$gate[1]
  if (!covariate %in% names(columns)) refuse(sprintf("'%s' is no covariate; there are %s", covariate, listed(model$plan$gate)))
  gates <- outputs_of(model, columns, c(gates = expert_count(model)))$gates
  values <- columns[[covariate]]
  known <- !is.na(gates[, 1]) & !is.na(values)
  palette <- colours(ncol(gates))
  if (is.character(values)) {
    shares <- t(apply(gates[known, , drop = FALSE], 2, tapply, values[known], mean))
    graphics::barplot(shares, col = palette, xlab = covariate, ylab = "gate probability", ...)
  } else {
    order <- order(values[known])
    graphics::matplot(
      values[known][order], gates[known, , drop = FALSE][order, ], type = "p", pch = 20, cex = 0.4,
      col = grDevices::adjustcolor(palette, 0.5), xlab = covariate, ylab = "gate probability", ylim = c(0, 1), ...)
  }
  graphics::legend("topright", expert_names(model), fill = palette, bty = "n")
}

# As flexmix draws it: roots of the counts of posterior probabilities above 1e-4, expert by expert.
plot_rootogram <- function(posterior, ...) {
  before <- graphics::par(mfrow = grDevices::n2mfrow(ncol(posterior)))
  on.exit(graphics::par(before))
  for (expert in seq_len(ncol(posterior))) {
    counts <- graphics::hist(posterior[posterior[, expert] > 1e-4, expert], breaks = seq(0, 1, 0.05), plot = FALSE)
    counts$counts <- sqrt(counts$counts)
    plot(
      counts, main = colnames(posterior)[expert], xlab = "posterior probability", ylab = "root of the rows",
      col = colours(ncol(posterior))[expert], ...)
  }
}

# Rows beside each other, in the order of their most probable expert.
plot_posterior <- function(posterior, ...) {
  order <- order(largest(posterior), -posterior[cbind(seq_len(nrow(posterior)), largest(posterior))])
  graphics::barplot(
    t(posterior[order, , drop = FALSE]), col = colours(ncol(posterior)), border = NA, space = 0, names.arg = rep("", nrow(posterior)),
    xlab = "rows", ylab = "posterior probability", ...)
}

plot_residuals <- function(model, ...) {
  residuals <- residuals(model, "quantile")
  before <- graphics::par(mfrow = c(1, 2))
  on.exit(graphics::par(before))
  stats::qqnorm(residuals, main = "Quantile residuals", pch = 20, cex = 0.5, ...)
  graphics::abline(0, 1)
  graphics::plot(fitted(model), residuals, xlab = "fitted", ylab = "quantile residual", pch = 20, cex = 0.5, ...)
  graphics::abline(h = 0)
}

# What each number of experts reached, where one was chosen.
plot_counts <- function(model, ...) {
  points <- model$record$fit$expertCounts$points
  if (is.null(points)) refuse("no number of experts was chosen here: fit with a range, such as experts = 1:6")
  of <- function(field) vapply(points, function(point) as.double(if (is.null(point[[field]])) NA else point[[field]]), 0)
  graphics::matplot(
    of("experts"), cbind(of("bic"), of("aic"), of("icl")), type = "b", pch = 1:3, lty = 1, col = colours(3), xlab = "experts",
    ylab = "criterion, smaller is better", ...)
  graphics::legend("topright", c("BIC", "AIC", "ICL"), pch = 1:3, col = colours(3), bty = "n")
}
