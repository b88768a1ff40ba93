# For users
#   make demo    what is missing is installed, the program built, the flights of New York 2013 fetched, and one model
#                learned from sixteen airlines, none of which shows its rows
#   make build   the program alone, in .build/release/dmoe
#   make wheel   the Python package with the engine in it, in python/dist
#   make r-package  the R package with the engine in it, in R/dist; installs R from Debian where it is missing
#   make docs    the documentation, in .build/documentation; a warning is a failure
#   make experiments  the experiments of the paper, tables and plots in Experiments/results; FULL=1 for the paper's sizes,
#                     ARGUMENTS="--only 1,4" for some of them
#   make corpus  one shot on 28 public data sets with sites of their own beside the pooled fit, a table and a JSON file in
#                Experiments/results/corpus; hours; ARGUMENTS="--only penguins,chile --splits 1" for some of it
#
# For those who change it (CONTRIBUTING.md)
#   make quick   some tests of a debug build, in a minute: FILTER=MomentsTests, FILTER=FamilyContractTests/densityIsOne; without
#                FILTER all of them
#   make test    all tests: formatting, the demo on a tenth of the flights, unit and command-line tests
#   make attacks  attacks on the rows of a site by the files that it releases: they must succeed on drafts and fail on releases
#   make hostile what comes of extremes in every number of a local model and of statistics, as tables; some minutes
#   make lint    formatting, documentation comments, one version everywhere, names that pages cite
#   make format  formats what `make lint` would complain of
#   make test-python  the tests of the Python package, on the wheel as installed by pip into python/.venv
#   make test-r  the R package checked as R does, and its tests; R and its packages are installed where they are missing
#   make check-wheel  the wheel installed and used on a Debian that has nothing but Python; needs root and debootstrap
#   make test-report-browser  the page of `dmoe report` in Chromium, wide and narrow; SCREENSHOTS=folder keeps pictures of it
#   make test-spark   the tests of dmoe.spark on a cluster of this machine: PyPI's pyspark on Java 17, some minutes
#   make test-flower  the tests of dmoe.flower: PyPI's flwr, in simulation and with a SuperLink and SuperNodes of this machine
#   make test-vantage6  the tests of dmoe.vantage6 on the mock network of PyPI's vantage6-algorithm-tools, half a minute
#   make benchmark    time, memory and score of all of it, kept in Benchmarks/results; ARGUMENTS="--quick" for small sizes
#   make benchmark-compare   the kernels beside Benchmarks/baseline/kernels.json, as ratios; some minutes
#   make benchmark-baseline  measures that baseline anew; on a quiet machine
#   make fuzz   looks for inputs that break a law, SECONDS for each kind of file (60); libFuzzer comes with Swift
#   make sanitize  the tests under the sanitizers of addresses, of undefined behaviour and of threads
#   make clean   removes what was built

SWIFT ?= swift

.PHONY: demo test quick attacks hostile build docs lint format dependencies flights demo-small benchmark benchmark-compare benchmark-baseline fuzz sanitize experiments corpus test-experiments wheel check-wheel test-python test-report-browser r-package test-r test-spark test-flower test-vantage6 clean

demo: build flights
	Scripts/demo/airlines.sh Demo/flights.csv

test: build lint demo-small test-experiments
	$(SWIFT) test -c release --disable-testable-imports

build: dependencies
	$(SWIFT) build -c release

quick: dependencies
	$(SWIFT) test $(if $(FILTER),--filter '$(FILTER)') $(ARGUMENTS)

attacks: build
	python3 -m venv .build/attacks
	.build/attacks/bin/pip install --quiet numpy pytest 'python-flint>=0.6'
	cd Tests/AttackTests && ../../.build/attacks/bin/python -m pytest -q $(ARGUMENTS)

hostile:
	DMOE_HOSTILE=1 $(SWIFT) test -c release --disable-testable-imports --filter HostileSiteTests

# The plugin is a dependency for this alone (Package.swift).
docs: dependencies
	DMOE_DOCS=1 $(SWIFT) package --allow-writing-to-directory .build/documentation \
		generate-documentation --target DistributedMoE --warnings-as-errors --output-path .build/documentation

fuzz: dependencies
	Scripts/fuzz.sh $(or $(SECONDS),60) $(TARGETS)

sanitize: dependencies
	Scripts/sanitize.sh $(if $(FILTER),'$(FILTER)')

lint:
	$(SWIFT) format lint --strict --configuration .swift-format -r Package.swift Sources Tests Benchmarks
	Scripts/check-version.sh
	@if command -v python3 >/dev/null; then Scripts/check-docs.py; fi

format:
	$(SWIFT) format --in-place --parallel --configuration .swift-format -r Package.swift Sources Tests Benchmarks

test-experiments:
	@command -v python3 >/dev/null || { echo "Needed: Python 3, for the tests of Experiments." >&2; exit 1; }
	python3 -m unittest discover -s Experiments/tests

wheel:
	Scripts/build-wheel.sh

check-wheel: wheel
	Scripts/check-wheel-on-debian.sh .build-debian

test-python: build wheel
	Scripts/test-python.sh $(ARGUMENTS)

test-report-browser: wheel
	SCREENSHOTS=$(SCREENSHOTS) Scripts/test-report-browser.sh $(ARGUMENTS)

r-package:
	Scripts/build-r.sh

test-r: build r-package
	Scripts/test-r.sh

experiments: build
	Scripts/experiments.sh run $(if $(FULL),--full) $(ARGUMENTS)

corpus: build
	Scripts/experiments.sh corpus $(ARGUMENTS)

benchmark: build
	.build/release/dmoe-benchmark --save Benchmarks/results/$(shell date +%Y-%m-%d-%H%M).json $(ARGUMENTS)

benchmark-compare: build
	Benchmarks/compare-kernels.py $(ARGUMENTS)

benchmark-baseline: build
	Benchmarks/compare-kernels.py --save $(ARGUMENTS)

demo-small: build
	Scripts/demo/small.sh

test-spark: build wheel
	Scripts/test-spark.sh

test-flower: build wheel
	Scripts/test-flower.sh $(ARGUMENTS)

test-vantage6: build wheel
	Scripts/test-vantage6.sh $(ARGUMENTS)

dependencies:
	Scripts/install-dependencies.sh

flights:
	Scripts/demo/get-flights.sh Demo

clean:
	rm -rf .build .build-c .build-r .build-debian .build-fuzz .build-sanitize Demo python/dist python/.venv python/.venv-spark python/.venv-flower python/.venv-vantage6 python/dmoe/libdmoe.so python/dmoe/licences R/dist
