# Negative binomial regressions by MASS::glm.nb, iterated to the last digits, for the parity tables of one expert.
library(MASS)
options(digits = 15)
control <- glm.control(epsilon = 1e-15, maxit = 200)
show <- function(fit) {
  # glm.nb stops theta short of the maximum; alternate until both stand.
  theta <- fit$theta
  for (i in 1:200) {
    fit <- glm(formula(fit), family = negative.binomial(theta), data = fit$data, control = control)
    new <- theta.ml(fit$y, fitted(fit), limit = 200, eps = 1e-15)
    if (abs(new - theta) < 1e-13 * theta) break
    theta <- as.numeric(new)
  }
  print(coef(fit)); cat("dispersion", 1 / theta, "\n")
  cat("logLik", sum(dnbinom(fit$y, size = theta, mu = fitted(fit), log = TRUE)), "\n")
}
quine$Male <- as.numeric(quine$Sex == "M"); quine$NonAboriginal <- as.numeric(quine$Eth == "N")
for (a in c("F1", "F2", "F3")) quine[[a]] <- as.numeric(quine$Age == a)
quine$Slow <- as.numeric(quine$Lrn == "SL")
fit <- glm.nb(Days ~ NonAboriginal + Male + F1 + F2 + F3 + Slow, data = quine, control = control)
fit$data <- quine
print(coef(summary(fit))); cat("raw glm.nb", 1/fit$theta, fit$SE.theta/fit$theta, logLik(fit), "\n")
show(fit)
write.csv(quine[, c("NonAboriginal", "Male", "F1", "F2", "F3", "Slow", "Days")], "quine_negative_binomial_k1.csv", row.names = FALSE, quote = FALSE)
s <- ships[ships$service > 0, ]
s$y65 <- as.numeric(s$year == 65); s$y70 <- as.numeric(s$year == 70); s$y75 <- as.numeric(s$year == 75); s$late <- as.numeric(s$period == 75)
s$logService <- log(s$service)
f2 <- glm.nb(incidents ~ y65 + y70 + y75 + late + offset(logService), data = s, control = control)
f2$data <- s
print(coef(f2)); cat("raw", 1/f2$theta, "\n")
show(f2)
write.csv(s[, c("y65","y70","y75","late","service","incidents")], "ships_negative_binomial_k1.csv", row.names = FALSE, quote = FALSE)
