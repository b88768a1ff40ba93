"""The tables of this folder and their maxima: zero-inflated Poisson by statsmodels, the two-part model by its logit and OLS (0.15.0)."""

import json

import numpy as np
import statsmodels.api as sm
from scipy.special import expit, gammaln
from statsmodels.tools.numdiff import approx_hess3

random = np.random.default_rng(23)
rows = 800
x = np.round(random.normal(size=rows), 4)
z = np.round(random.normal(size=rows), 4)
out = random.random(rows) < expit(-0.4 + 0.9 * z)
count = np.where(out, 0, random.poisson(np.exp(0.6 + 0.5 * x - 0.2 * z)))
hours = np.where(out, 0, np.round(3 + 1.5 * x - z + 0.8 * random.normal(size=rows), 4))
np.savetxt("fixed.csv", np.c_[x, z, count, hours], delimiter=",", header="x,z,count,hours", comments="", fmt="%.10g")

design = sm.add_constant(np.c_[x, z])
model = sm.ZeroInflatedPoisson(count, design, exog_infl=design, inflation="logit")
start = model.fit(method="bfgs", maxiter=5000, gtol=1e-9, disp=0).params
inflated = model.fit(start_params=start, method="newton", maxiter=100, tol=1e-12, disp=0)


def log_likelihood(p):
    share, mean = expit(design @ p[:3]), np.exp(design @ p[3:])
    zero = np.log(share + (1 - share) * np.exp(-mean))
    return np.where(count == 0, zero, np.log1p(-share) - mean + count * np.log(mean) - gammaln(count + 1)).sum()


# The standard errors of statsmodels 0.15.0 are not those of this Hessian.
errors = np.sqrt(np.diag(np.linalg.inv(-approx_hess3(inflated.params, log_likelihood))))
logit = sm.Logit(hours == 0, design).fit(tol=1e-13, disp=0)
positive = hours != 0
ols = sm.OLS(hours[positive], design[positive]).fit()
variance = ols.ssr / positive.sum()
expected = {
    "zeroInflated": {
        "logLikelihood": float(inflated.llf), "gate": inflated.params[:3].tolist(), "coefficients": inflated.params[3:].tolist(),
        "gateErrors": errors[:3].tolist(), "errors": errors[3:].tolist(),
    },
    "twoPart": {
        "logLikelihood": float(logit.llf - 0.5 * positive.sum() * (np.log(2 * np.pi * variance) + 1)),
        "gate": logit.params.tolist(), "coefficients": ols.params.tolist(), "dispersion": float(variance),
        "gateErrors": logit.bse.tolist(), "errors": [],
    },
}
with open("expected.json", "w") as file:
    json.dump(expected, file, indent=2)
    file.write("\n")
