"""The first twelve sets, on which the defaults of the program were chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .dataset import DataSet, from_causaldata, from_r, package_file, yes_or_no

if TYPE_CHECKING:
    import pandas


def baseball() -> pandas.DataFrame:
    table = from_r("plyr", "baseball")
    table["career"] = table["year"] - table.groupby("id")["year"].transform("min")
    table["lg"] = table["lg"].fillna("none")
    table = table[table["ab"] > 0]
    return table[["id", "team", "lg", "year", "career", "g", "bb", "X2b", "ab", "hr"]]


def colleges(logarithm: bool) -> pandas.DataFrame:
    import numpy

    table = from_causaldata("scorecard", "scorecard.dta").rename(columns={"pred_degree_awarded_ipeds": "degree"})
    table["degree"] = table["degree"].astype(str)
    earnings = table["earnings_med"].where(table["earnings_med"] > 0)
    table["earnings_med"] = numpy.log(earnings) if logarithm else table["earnings_med"]
    return table


def chains() -> pandas.DataFrame:
    table = from_r("survival", "flchain").drop(columns=["chapter", "futime"])
    table["death"] = yes_or_no(table["death"])
    return table


def panel_of_doctor_visits() -> pandas.DataFrame:
    columns = ["id", "docvis", "year", "age", "outwork", "female", "married", "kids", "hhninc", "educ", "self"]
    return from_r("COUNT", "rwm5yr")[columns]


def office_visits() -> pandas.DataFrame:
    columns = ["ofp", "hosp", "numchron", "adldiff", "age", "black", "sex", "maried", "school", "faminc"]
    return from_r("Ecdat", "OFP")[columns + ["privins", "medicaid", "region", "hlth"]]


def penguins() -> pandas.DataFrame:
    import pandas

    return pandas.read_csv(package_file("palmerpenguins", "data", "penguins.csv")).drop(columns="year")


FIRST = (
    DataSet("slid", "language", "wages", "gaussian", lambda: from_r("car", "SLID")),
    DataSet("scorecard", "state_abbr", "earnings_med", "gaussian", lambda: colleges(False), subject="unitid"),
    DataSet("scorelog", "state_abbr", "earnings_med", "gaussian", lambda: colleges(True), subject="unitid"),
    DataSet("baseball", "team", "hr", "poisson", baseball, subject="id", exposure="ab"),
    DataSet("medpar", "provnum", "los", "gamma", lambda: from_r("COUNT", "medpar").drop(columns="type")),
    DataSet("azpro", "hospital", "los", "gamma", lambda: from_r("COUNT", "azpro")),
    DataSet("flchain", "sample.yr", "death", "multinomial", chains),
    DataSet("chile", "region", "vote", "multinomial", lambda: from_r("car", "Chile")),
    DataSet("rwm", "year", "docvis", "poisson", panel_of_doctor_visits, subject="id"),
    DataSet("ofp", "region", "ofp", "poisson", office_visits),
    DataSet("vietnam", "commune", "lnhhexp", "gaussian", lambda: from_r("Ecdat", "VietNamI")),
    DataSet("penguins", "island", "body_mass_g", "gaussian", penguins),
)
