"""One model from data that lie in a Spark cluster: each executor fits whole sites, the driver aggregates what they release.

Spark 4.1 or later streams a site into the engine batch by batch; Spark 4.0 hands it over in one piece.
"""

from ._engine_files import ship_engine
from ._learning import learn, learn_paths
from ._results import Learned, SiteFit, SitesFailed

__all__ = ["Learned", "SiteFit", "SitesFailed", "learn", "learn_paths", "ship_engine"]
