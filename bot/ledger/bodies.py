"""Values of ours as JSON."""

from __future__ import annotations

import datetime as dt

from cattrs.preconf.json import make_converter

json = make_converter()
json.register_unstructure_hook(dt.datetime, lambda moment: moment.isoformat())
json.register_structure_hook(dt.datetime, lambda text, _: dt.datetime.fromisoformat(text))
