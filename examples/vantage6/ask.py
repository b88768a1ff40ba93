"""A study, by whom the collaboration lets make tasks: `pip install vantage6-client`, and `python ask.py`."""

import json
from getpass import getpass
from pathlib import Path

from vantage6.client import UserClient

SERVER, PORT, COLLABORATION, ASKS = "https://server.example", 443, 1, 1  # ASKS: the organisation whose node runs the central function
IMAGE = "registry.example/dmoe@sha256:…"
CENTRAL = {
    "fit": {"target": "stay", "features": ["age", "dose"], "experts": 3, "seed": 1},
    "min_organizations": 3,
    "rounds": 1,
    "deadline": 3600,
}

client = UserClient(SERVER, PORT, "/api")
client.authenticate(input("User: "), getpass("Password: "))
client.setup_encryption(None)
task = client.task.create(
    collaboration=COLLABORATION, organizations=[ASKS], name="stay", description="", image=IMAGE,
    databases=[{"label": "visits"}], input_={"method": "central", "kwargs": CENTRAL},
)
result = json.loads(client.wait_for_results(task_id=task["id"])["data"][0]["result"])
for name, text in result["files"].items():
    path = Path("dmoe-results", name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
for label, answers in result["questions"].items():
    for answer in answers:
        print(label, answer["site"], answer["status"], answer.get("reason", ""))
print(result.get("failure", "dmoe-results/global.json"))
