# make demo    what is missing is installed, the program built, the flights of New York 2013 fetched, and one model
#              learned from sixteen airlines, none of which shows its rows
# make test    all tests: formatting, the demo on a tenth of the flights, unit and command-line tests
# make build   the program alone, in .build/release/dmoe
# make wheel   the Python package with the engine in it, in python/dist
# make test-python  its tests, on the wheel as installed by pip into python/.venv
# make check-wheel  the wheel installed and used on a Debian that has nothing but Python; needs root and debootstrap
# make benchmark  time, memory and score of all of it, kept in Benchmarks/results; ARGUMENTS="--quick" for small sizes
# make experiments  the experiments of the paper, tables and plots in Experiments/results; FULL=1 for the paper's sizes,
#                   ARGUMENTS="--only 1,4" for some of them
# make test-spark  the tests of dmoe.spark on a cluster of this machine: PyPI's pyspark on Java 17, some minutes

SWIFT ?= swift

.PHONY: demo test build lint dependencies flights demo-small benchmark experiments test-experiments wheel check-wheel test-python test-spark clean

demo: build flights
	Scripts/demo.sh Demo/flights.csv

test: build lint demo-small test-experiments
	$(SWIFT) test -c release --disable-testable-imports

build: dependencies
	$(SWIFT) build -c release

lint:
	$(SWIFT) format lint --strict --configuration .swift-format -r Package.swift Sources Tests Benchmarks

test-experiments:
	@command -v python3 >/dev/null || { echo "Needed: Python 3, for the tests of Experiments." >&2; exit 1; }
	python3 -m unittest discover -s Experiments/tests

wheel:
	Scripts/build-wheel.sh

check-wheel: wheel
	Scripts/check-wheel-on-debian.sh .build-debian

test-python: build wheel
	Scripts/test-python.sh $(ARGUMENTS)

experiments: build
	Scripts/experiments.sh $(if $(FULL),--full) $(ARGUMENTS)

benchmark: build
	.build/release/dmoe-benchmark --save Benchmarks/results/$(shell date +%Y-%m-%d-%H%M).json $(ARGUMENTS)

demo-small: build
	Scripts/demo-small.sh

test-spark: build wheel
	Scripts/test-spark.sh

dependencies:
	Scripts/install-dependencies.sh

flights:
	Scripts/get-flights.sh Demo

clean:
	rm -rf .build .build-c .build-debian Demo python/dist python/.venv python/.venv-spark python/dmoe/libdmoe.so python/dmoe/licences
