# One start of a mixture of experts by the package flexmix, with a multinomial gate (FLXPmultinom).
#
# Usage: Rscript flexmix.R ROWS.npy COUNT EXPERTS. Prints one line of JSON; exit code 69 where flexmix is missing. The
# start is k-means on covariates and residuals. The seconds hold the start and the fit, not reading.

if (!suppressWarnings(suppressPackageStartupMessages(require(flexmix, quietly = TRUE)))) quit(status = 69)

arguments <- commandArgs(trailingOnly = TRUE)
count <- as.integer(arguments[2])
experts <- as.integer(arguments[3])

# A .npy file of version 1: ten bytes, the last two the length of a description, then the numbers row by row.
read_rows <- function(path, count, columns = 21) {
    file <- file(path, "rb")
    on.exit(close(file))
    begin <- readBin(file, "raw", 10)
    readBin(file, "raw", as.integer(begin[9]) + 256L * as.integer(begin[10]))
    matrix(readBin(file, "double", count * columns, endian = "little"), count, columns, byrow = TRUE)
}

rows <- as.data.frame(read_rows(arguments[1], count))
covariates <- names(rows)[1:20]
names(rows)[21] <- "y"
regression <- reformulate(covariates, "y")

set.seed(1)
began <- proc.time()[["elapsed"]]
residual <- residuals(lm(regression, rows))
points <- cbind(as.matrix(rows[covariates]), residual / sd(residual) * sqrt(20))
labels <- kmeans(points, experts, iter.max = 30)$cluster
fit <- flexmix(
    regression, data = rows, k = experts, cluster = labels, concomitant = FLXPmultinom(reformulate(covariates)),
    control = list(iter.max = 500, tolerance = 1e-9, minprior = 0))
seconds <- proc.time()[["elapsed"]] - began

cat(sprintf(
    '{"seconds": %.4f, "logLikelihood": %.6f, "iterations": %d, "converged": %s, "version": "flexmix %s"}\n',
    seconds, as.numeric(logLik(fit)), fit@iter, tolower(fit@converged), packageVersion("flexmix")))
