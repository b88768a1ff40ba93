"""The table negative_binomial_k2.csv and its maximum: BFGS from many starts on the exact likelihood (NumPy, SciPy)."""

import numpy as np
from scipy.optimize import minimize
from scipy.special import gammaln, logsumexp

random = np.random.default_rng(11)
rows = 700
x = np.round(random.normal(size=rows), 4)
z = np.round(random.normal(size=rows), 4)
first = random.random(rows) < 1 / (1 + np.exp(-(0.4 + 1.5 * z)))
mean = np.exp(np.where(first, 0.4 + 0.6 * x, 2.6 - 0.4 * x))
dispersion = np.where(first, 0.9, 0.15)
y = random.poisson(mean * random.gamma(1 / dispersion, dispersion))
np.savetxt("negative_binomial_k2.csv", np.c_[x, z, y], delimiter=",", header="x,z,y", comments="", fmt="%.10g")


def negative(p):
    gate = np.c_[p[6] + p[7] * z, np.zeros(rows)]
    parts = []
    for k in (0, 1):
        mu, a = np.exp(p[2 * k] + p[2 * k + 1] * x), np.exp(p[4 + k])
        parts.append(
            gammaln(y + 1 / a) - gammaln(1 / a) - gammaln(y + 1) + y * np.log(a * mu) - (y + 1 / a) * np.log1p(a * mu)
        )
    return -(logsumexp(gate + np.array(parts).T, axis=1) - logsumexp(gate, axis=1)).sum()


starts = [np.r_[random.normal(1, 1), 0, random.normal(1, 1), 0, random.normal(-1, 1, 2), random.normal(0, 1, 2)] for _ in range(40)]
best = min((minimize(negative, start, method="BFGS", options={"gtol": 1e-7}) for start in starts), key=lambda r: r.fun)
best = minimize(negative, best.x, method="BFGS", options={"gtol": 1e-9})
print(-best.fun, best.x)
