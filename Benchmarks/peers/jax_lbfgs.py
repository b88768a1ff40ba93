"""One start of a mixture of experts in JAX: jitted full-batch value and gradient, SciPy's L-BFGS-B.

Usage: jax_lbfgs.py ROWS.npy COUNT EXPERTS. Prints one line of JSON; exit code 69 where a library is missing. The start
is k-means on covariates and residuals, brought to convergence on 8,000 rows as dmoe does, then on all. The seconds hold
the start and the optimisation, not reading and compiling.
"""
import json
import sys
import time

try:
    import jax
    import numpy as np
    import scipy.optimize
except ImportError as error:
    print(error, file=sys.stderr)
    sys.exit(69)

jax.config.update("jax_enable_x64", True)
import jax.numpy as jnp  # noqa: E402

START_ROWS = 4000
COMPARED_ROWS = 8000
TOLERANCE = 1e-11  # relative change of the mean log-likelihood between two iterations


def objective(parameters, design, response, experts):
    """Minus the log-likelihood per row; parameters: gates (K-1), coefficients (K), log standard deviations (K)."""
    columns = design.shape[1]
    split = (experts - 1) * columns
    linear = design @ parameters[: split + experts * columns].reshape(-1, columns).T
    log_deviation = parameters[split + experts * columns :]
    gates = jnp.concatenate([linear[:, : experts - 1], jnp.zeros((design.shape[0], 1))], axis=1)
    residual = (response[:, None] - linear[:, experts - 1 :]) * jnp.exp(-log_deviation)
    joint = gates - 0.5 * residual**2 - log_deviation
    log_density = jax.nn.logsumexp(joint, axis=1) - jax.nn.logsumexp(gates, axis=1)
    return 0.5 * np.log(2 * np.pi) - log_density.mean()


def clusters(points, count, random):
    """k-means: seeds by squared distance, then 20 rounds."""
    centres = points[[random.integers(len(points))]]
    for _ in range(count - 1):
        distance = ((points[:, None] - centres) ** 2).sum(2).min(1)
        centres = np.vstack([centres, points[random.choice(len(points), p=distance / distance.sum())]])
    for _ in range(20):
        labels = ((points[:, None] - centres) ** 2).sum(2).argmin(1)
        centres = np.stack([points[labels == k].mean(0) if (labels == k).any() else centres[k] for k in range(count)])
    return labels


def starting_parameters(design, response, experts, seed):
    """A regression for each cluster of a subsample; equal gates."""
    random = np.random.default_rng(seed)
    chosen = random.permutation(len(response))[:START_ROWS]
    x, y = design[chosen], response[chosen]
    residual = y - x @ np.linalg.lstsq(x, y, rcond=None)[0]
    points = np.column_stack([x[:, 1:], residual / residual.std() * np.sqrt(x.shape[1] - 1)])
    labels = clusters(points, experts, random)
    coefficients, deviations = [], []
    for expert in range(experts):
        weight = np.sqrt(0.9 * (labels == expert) + 0.1 / experts)
        solution = np.linalg.lstsq(x * weight[:, None], y * weight, rcond=None)[0]
        coefficients.append(solution)
        deviations.append(np.sqrt(np.average((y - x @ solution) ** 2, weights=weight**2)))
    return np.concatenate([np.zeros((experts - 1) * x.shape[1]), np.concatenate(coefficients), np.log(deviations)])


def units(parameters, columns, experts):
    """Coefficients in standard deviations of their expert: without it L-BFGS takes ten times the iterations."""
    unit = np.ones_like(parameters)
    first = (experts - 1) * columns
    unit[first : first + experts * columns] = np.repeat(np.exp(parameters[first + experts * columns :]), columns)
    return unit


def main():
    path, count, experts = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    rows = np.load(path, mmap_mode="r")[:count]
    scale = rows.std(0)
    rows = (rows - rows.mean(0)) / scale
    host_design, host_response = np.column_stack([np.ones(count), rows[:, :-1]]), np.ascontiguousarray(rows[:, -1])
    design, response = jnp.asarray(host_design), jnp.asarray(host_response)
    function = jax.jit(jax.value_and_grad(objective), static_argnums=3)

    def evaluate(parameters, design, response):
        value, gradient = function(parameters, design, response, experts)
        return float(value), np.asarray(gradient)

    def optimised(parameters, design, response):
        unit = units(parameters, design.shape[1], experts)

        def scaled(values):
            value, gradient = evaluate(values * unit, design, response)
            return value, gradient * unit

        result = scipy.optimize.minimize(
            scaled, parameters / unit, jac=True, method="L-BFGS-B",
            options={"maxcor": 30, "maxiter": 2000, "maxfun": 4000, "ftol": TOLERANCE, "gtol": 1e-8})
        result.x = result.x * unit
        return result

    few = np.random.default_rng(1).permutation(count)[:COMPARED_ROWS]
    few_design, few_response = design[few], response[few]
    start = starting_parameters(host_design, host_response, experts, seed=0)
    for arguments in (few_design, few_response), (design, response):
        evaluate(start, *arguments)  # compiles
    began = time.perf_counter()
    start = starting_parameters(host_design, host_response, experts, seed=0)
    first = optimised(start, few_design, few_response)
    result = optimised(first.x, design, response)
    seconds = time.perf_counter() - began
    print(json.dumps({
        "seconds": seconds, "logLikelihood": -count * (result.fun + float(np.log(scale[-1]))),
        "iterations": int(result.nit), "converged": bool(result.success), "version": "jax " + jax.__version__}))


main()
