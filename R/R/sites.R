# One shot over sites: local fits, and their aggregation.

fitted_sites <- function(rows, site, experts, options, aggregation, progress) {
  names <- sites_of(site, rows)
  options$aggregated <- TRUE
  request <- fit_request(columns_request(rows$plan, rows$study), experts, options)
  fits <- lapply(split(seq_along(names), factor(names, sort(unique(names), method = "radix"))), function(chosen) {
    name <- names[chosen[1]]
    tryCatch(
      new_model(fit_text(lapply(rows$columns, `[`, chosen), request, name, progress), rows$plan),
      dmoe_data_error = function(error) sub(paste0(name, ": "), "", conditionMessage(error), fixed = TRUE))
  })
  is_model <- vapply(fits, inherits, NA, "dmoe")
  left_out <- unlist(fits[!is_model])
  if (!any(is_model)) refuse(sprintf("no site could be fitted; site '%s': %s", names(left_out)[1], left_out[1]), "data")
  for (name in names(fits)[is_model]) warn_of(fits[[name]], paste0(name, ": "))
  for (name in names(left_out)) warn(sprintf("%s is left out: %s", name, left_out[[name]]), "leftOut")
  model <- do.call(aggregate_models, c(list(fits[is_model]), aggregation))
  model$plan <- rows$plan
  model$local_models <- fits[is_model]
  model$left_out <- left_out
  model$sites <- names
  model
}

# The site of each row: a formula of one column, the name of a column, or a value for each row.
sites_of <- function(site, rows) {
  values <- if (inherits(site, "formula")) {
    if (length(site) != 2) refuse("site must be a formula of one side, such as ~ clinic")
    eval(site[[2]], rows$data, environment(site))
  } else if (length(site) == 1 && is.character(site)) {
    response_of(site, rows$data, NULL)
  } else {
    site
  }
  if (length(values) != nrow(rows$data)) {
    refuse(sprintf("site has %d values, and there are %d rows", length(values), nrow(rows$data)))
  }
  values <- names_of(values)
  empty <- is.na(values) | values == ""
  if (any(empty)) warn(sprintf("%d row(s) have no site: a site called '(empty)'", sum(empty)), "emptySite")
  values[empty] <- "(empty)"
  values
}

aggregate_models <- function(models, experts = NULL, method = NULL, gate = NULL, site_weights = NULL, largest_share = NULL,
                             support = NULL, support_size = NULL, inconsistent = NULL, aggregate_errors = NULL, seed = NULL,
                             threads = NULL) {
  models <- named_sites(models, "dmoe", "a model")
  automatic <- identical(experts, "auto")
  request <- encoded(list(
    names = I(names(models)), experts = if (!automatic) experts, expertsAutomatic = automatic, method = method, gate = gate,
    siteWeights = site_weights, largestShare = largest_share, supportSize = support_size, inconsistent = inconsistent,
    aggregateErrors = aggregate_errors, seed = seed, threads = threads))
  plan <- models[[1]]$plan
  table <- if (!is.null(support)) table_of(columns_for(plan, as.data.frame(support, optional = TRUE), responses = FALSE), "support")
  answer <- .Call(call_aggregate, enc2utf8(request), unname(lapply(models, handle_of)), table)
  model <- new_model(answered(answer)$text, call = match.call(), local_models = models)
  if (!is.null(plan$trusted)) model$plan <- plan
  warn_of(model)
}

# Values by site; those of a list without names are site 1, site 2, …
named_sites <- function(values, kind, needed) {
  if (inherits(values, "dmoe") || !is.list(values) && !is.character(values)) refuse(sprintf("a list is needed, with %s of each site", needed))
  if (is.null(names(values))) names(values) <- paste("site", seq_along(values))
  for (name in names(values)) {
    if (!inherits(values[[name]], kind)) refuse(sprintf("%s: %s is needed, not a %s", name, needed, class(values[[name]])[1]))
  }
  as.list(values)
}

# Extra rounds

site_statistics <- function(model, data, weights = NULL, na.action, min_rows = 10, subject = NULL, ledger = NULL, hold_back_new = NULL,
                            policy = NULL, rounding_secret = NULL, threads = NULL) {
  one_model(model)
  missing <- missing_rule(na_action(na.action))$rule
  data <- as.data.frame(data, optional = TRUE)
  columns <- columns_for(model$plan, data)
  name <- if (is.null(weights)) model$plan$weights else weights
  if (!is.null(name)) columns[[name]] <- numbers(response_of(name, data, NULL), name)
  subject <- name_of_column(subject, "subject")
  columns <- identified(columns, data, c(model$plan$subject, subject), !is.null(ledger))
  request <- encoded(list(
    weights = name, missing = missing, minRows = min_rows, ownRows = if (is.null(min_rows)) TRUE, subject = subject, ledger = ledger,
    holdBackNew = hold_back_new, policy = policy, roundingSecret = rounding_secret, threads = threads))
  answered(.Call(call_statistics, handle_of(model), table_of(columns), enc2utf8(request)))$text
}

update_model <- function(model, statistics, inconsistent = NULL, largest_share = NULL) {
  one_model(model)
  statistics <- named_sites(statistics, "character", "the text of its statistics")
  request <- encoded(list(names = I(names(statistics)), inconsistent = inconsistent, largestShare = largest_share))
  answer <- .Call(call_update, handle_of(model), enc2utf8(request), enc2utf8(unlist(statistics)))
  updated <- new_model(answered(answer)$text, model$plan, call = match.call())
  warn_of(updated, latest = TRUE)
}
