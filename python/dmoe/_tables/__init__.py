"""From arrays and data frames to the tables of the engine."""

from .conversion import column
from .spelling import FREE, NUMBER, Role, is_missing, name_of, name_role, roles_of_study
from .table import Table, columns_of, names_of, table_of, taken
from .text import Text

__all__ = [
    "FREE", "NUMBER", "Role", "Table", "Text", "column", "columns_of", "is_missing", "name_of", "name_role", "names_of",
    "roles_of_study", "table_of", "taken",
]  # fmt: skip
