# The R package beside flexmix on the data of flexmix's own vignettes: log-likelihood and seconds of the processor, as a table of Markdown.
#
# Usage: Rscript flexmix_vignettes.R. Needs the packages dmoe and flexmix. flexmix takes the best of ten starts (stepFlexmix with
# nrep = 10, minprior = 0, tolerance 1e-8, up to 1,000 iterations), dmoe its own starts,
# and once more with 100 of them. Both have the same experts, and the same gate: constant
# proportions, or the covariates that the vignette gives to the concomitant model.

suppressPackageStartupMessages({
  library(flexmix)
  library(dmoe)
})

cases <- list(
  list(data = "NPreg", experts = yn ~ x + I(x^2), k = 2),
  list(data = "NPreg", experts = yp ~ x, k = 2, family = "poisson"),
  list(data = "NPreg", experts = yp ~ x + I(x^2), k = 2, family = "poisson"),
  list(data = "NregFix", experts = y ~ x1 + x2, k = 3, gate = ~w),
  list(data = "patent", experts = Patents ~ lgRD, k = 3, family = "poisson", gate = ~RDS),
  list(data = "bioChemists", experts = art ~ fem + mar + kid5 + phd + ment, k = 2, family = "poisson"),
  list(data = "bioChemists", experts = art ~ fem + mar + kid5 + phd + ment, k = 3, family = "poisson"),
  list(data = "seizure", experts = Seizures ~ Treatment * log(Day), k = 2, family = "poisson", offset = quote(log(Hours))),
  list(data = "dmft", experts = End ~ log(Begin + 0.5) + Gender + Ethnic + Treatment, k = 2, family = "poisson"))

table_of <- function(name) {
  space <- new.env()
  utils::data(list = name, package = "flexmix", envir = space)
  as.data.frame(get(name, space))
}

by_flexmix <- function(case, data) {
  gate <- if (is.null(case$gate)) FLXPconstant() else FLXPmultinom(case$gate)
  offset <- if (!is.null(case$offset)) eval(case$offset, data)
  family <- if (is.null(case$family)) "gaussian" else case$family
  set.seed(1)
  fit <- stepFlexmix(
    case$experts, data = data, k = case$k, nrep = 10, model = FLXMRglm(family = family, offset = offset), concomitant = gate, verbose = FALSE,
    control = list(iter.max = 1000, tolerance = 1e-8, minprior = 0))
  as.numeric(logLik(fit))
}

by_dmoe <- function(case, data, starts = NULL) {
  right <- call("|", case$experts[[3]], if (is.null(case$gate)) 1 else case$gate[[2]])
  formula <- stats::as.formula(call("~", case$experts[[2]], right))
  family <- if (is.null(case$family)) "gaussian" else case$family
  arguments <- list(formula, data, experts = case$k, family = family, offset = case$offset, starts = starts)
  as.numeric(logLik(suppressMessages(suppressWarnings(do.call(dmoe, arguments)))))
}

by_dmoe_with_more <- function(case, data) by_dmoe(case, data, 100)

timed <- function(fit, case, data) {
  began <- proc.time()
  value <- tryCatch(fit(case, data), error = function(error) {
    message(case$data, ": ", conditionMessage(error))
    NA
  })
  c(value, sum((proc.time() - began)[c("user.self", "sys.self")]))
}

cat("| data | experts | K | rows | flexmix | seconds | dmoe | seconds | 100 starts | seconds |\n", strrep("| --- ", 10), "|\n", sep = "")
for (case in cases) {
  data <- table_of(case$data)
  found <- vapply(list(by_flexmix, by_dmoe, by_dmoe_with_more), timed, double(2), case, data)
  shown <- trimws(paste(deparse(case$experts, 500), if (!is.null(case$gate)) paste("with gate", deparse(case$gate[[2]]))))
  cat(sprintf("| %s | `%s` | %d | %d |", case$data, shown, case$k, nrow(data)), sprintf(" %.4f | %.2f |", found[1, ], found[2, ]), "\n", sep = "")
}
