# make demo    what is missing is installed, the program built, the flights of New York 2013 fetched, and one model
#              learned from sixteen airlines, none of which shows its rows
# make test    all tests: formatting, the demo on a tenth of the flights, unit and command-line tests
# make build   the program alone, in .build/release/dmoe

SWIFT ?= swift

.PHONY: demo test build lint dependencies flights demo-small clean

demo: build flights
	Scripts/demo.sh Demo/flights.csv

test: build lint demo-small
	$(SWIFT) test -c release

build: dependencies
	$(SWIFT) build -c release

lint:
	$(SWIFT) format lint --strict --configuration .swift-format -r Package.swift Sources Tests

demo-small: build
	Scripts/demo-small.sh

dependencies:
	Scripts/install-dependencies.sh

flights:
	Scripts/get-flights.sh Demo

clean:
	rm -rf .build Demo
