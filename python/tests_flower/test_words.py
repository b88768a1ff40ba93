"""What is left of a text when nothing private is."""

from __future__ import annotations

import pytest
from dmoe._federation.words import names_in, released, visible

PUBLIC = {"stay", "ward", "a"}


@pytest.mark.parametrize(("text", "left"), [
    ('the table, line 7: column "stay" should hold numbers but has "Mr "X" Y"; correct the field',
     "the table: column \"stay\" should hold numbers but has '…'; correct the field"),
    ('the table, line 7: column "stay" has "secret", and a number in line 12; write NA',
     "the table: column \"stay\" has '…', and a number in a row; write NA"),
    ('the table, row 3: column "ward" has "d7", which is no level of it in the study ("a", "b"); correct the field',
     "the table: column \"ward\" has '…'); correct the field"),
    ('the table: no column "ward"; the columns are "17", "Miller"', "the table: no column \"ward\"; the columns are '…'"),
    ('the table: no column "ward"; did you mean "Ward"?', "the table: no column \"ward\"; did you mean '…'?"),
    ('the table, line 4: "Mül" holds bytes that are no UTF-8 text', "the table: '…' holds bytes that are no UTF-8 text"),
    ("target 'stay' is 41.5 in every row: there is nothing to learn", "target 'stay' is … in every row: there is nothing to learn"),
    ("target 'stay' differs from 1e+06 in fewer than 10 rows, which are withheld",
     "target 'stay' differs from … in fewer than 10 rows, which are withheld"),
    ('the table, line 2: column "stay" is infinite; correct the field', 'the table: column "stay" is infinite; correct the field'),
    ('the table, line 2: column "stay" is 1e+300; correct the field', 'the table: column "stay" is …; correct the field'),
    ('the table, line 9: weight "ward" is -2.5; weights are 0, or numbers', 'the table: weight "ward" is …; weights are 0, or numbers'),
    ('the table, line 9: column "stay" has the number 12,5, where it is text before',
     'the table: column "stay" has the number …, where it is text before'),
    ("3 rows cannot support 2 experts: use experts=1", "fewer than 10 rows cannot support 2 experts: use experts=1"),
    ("1 row is too few for a single expert, which needs 8 rows", "fewer than 10 rows is too few for a single expert, which needs 8 rows"),
    ("the rows that too few rows have, 95 of 98 are left, too few", "the rows that too few rows have, fewer than 98 are left, too few"),
    ('the table, line 7: column "stay" has "x=\"y\"; family="secret"; classes need family="multinomial", or leave it out',
     "the table: column \"stay\" has '…'; classes need family='multinomial', or leave it out"),
    ("study: field 'covariates[2].name' is missing; add it", "study: field 'covariates[2].name' is missing; add it"),
    ("/srv/clinic/policy.json: refused\nby it", "policy.json: refused by it"),
    ('a "b', "a"),
])
def test_values_and_places_are_left_out(text: str, left: str) -> None:
    assert released(text, PUBLIC, ["/srv/clinic/policy.json"]) == left


def test_lines_are_seen_and_short() -> None:
    assert visible("a\x1b[31m\u202eb\n c") == "a�[31m�b c"
    assert len(visible("x" * 1000)) == 400


def test_names_of_a_study_are_public() -> None:
    assert {"stay", "low", "covariates"} <= names_in({"target": "stay"}, '{"covariates": [{"levels": ["low"]}]}')
