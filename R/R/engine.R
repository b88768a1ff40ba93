# The Swift engine, called through its C functions.

.onLoad <- function(libname, pkgname) {
  path <- Sys.getenv("DMOE_LIBRARY", unset = system.file("engine", "libdmoe.so", package = pkgname, lib.loc = libname))
  failure <- if (nzchar(path)) .Call(call_load, path) else "the package was built without it; see make r-package"
  if (!is.null(failure)) stop("the engine of dmoe cannot be loaded: ", failure, call. = FALSE)
}

#' Name and version of the engine, as in model files.
engine_version <- function() .Call(call_version)

# By the numbers of sysexits.
kinds_of_errors <- c("64" = "usage", "65" = "data", "66" = "input", "70" = "internal", "71" = "memory", "73" = "output", "74" = "output")

# What an answer of the engine holds; its error as a classed condition, an interrupt as one of R.
answered <- function(answer, call = NULL) {
  if (answer$status == 130L) interrupt()
  if (answer$status != 0L) refuse(answer$text, kinds_of_errors[as.character(answer$status)], call)
  for (text in parsed(answer$notices)) notice(text)
  answer
}

refuse <- function(text, kind = "usage", call = NULL) {
  if (is.na(kind)) kind <- "internal"
  stop(structure(list(message = text, call = call), class = c(paste0("dmoe_", kind, "_error"), "dmoe_error", "error", "condition")))
}

interrupt <- function() {
  signalCondition(structure(list(message = "interrupted", call = NULL), class = c("dmoe_interrupt", "interrupt", "condition")))
  invokeRestart("abort")
}

notice <- function(text) {
  message(structure(list(message = paste0(text, "\n"), call = NULL), class = c("dmoe_notice", "message", "condition")))
}

warn <- function(text, code = NULL) {
  classes <- c(if (!is.null(code)) paste0("dmoe_warning_", code), "dmoe_warning", "warning", "condition")
  warning(structure(list(message = text, call = NULL, code = code), class = classes))
}

# The latest step of a running fit, for a function of the user; TRUE to go on. What the function raises ends the fit, and is `state$error`.
listener_of <- function(progress, site, state) {
  shown <- if (isTRUE(progress)) progress_bar(site, state) else if (is.function(progress)) progress
  if (is.null(shown)) return(NULL)
  function(step) {
    tryCatch({
      shown(list(
        site = site, stage = c("screening", "refining")[step[1] + 1], start = step[2], start_count = step[3],
        iteration = step[4], log_likelihood = step[5]))
      TRUE
    }, error = function(error) {
      state$error <- error
      FALSE
    })
  }
}

# A line that is written over, of cli where it is installed; it ends with `state$done`.
progress_bar <- function(site, state) {
  if (!interactive()) return(NULL)
  text <- function(step) {
    sprintf("%s start %.0f/%.0f, iteration %.0f, log-likelihood %.5f per row", step$stage, step$start, step$start_count, step$iteration,
            step$log_likelihood)
  }
  if (!requireNamespace("cli", quietly = TRUE)) {
    state$done <- function() cat("\n", file = stderr())
    return(function(step) cat("\r", site, ": ", text(step), sep = "", file = stderr()))
  }
  bar <- cli::cli_progress_bar(site, format = "{cli::pb_name}{cli::pb_status}", total = NA, .auto_close = FALSE, .envir = state)
  state$done <- function() cli::cli_progress_done(id = bar, .envir = state)
  function(step) cli::cli_progress_update(id = bar, status = text(step), .envir = state)
}
