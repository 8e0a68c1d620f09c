"""The rival: a service as published projects have it. FastAPI, a typed body, a DataFrame of one row, `predict_proba`.

`python -m benchmarks.rivals.published_service MODEL.ubj NAMES.json` prints the port that it listens at. It is given what it
can use: the model is loaded once, on one thread, and no access log is written.
"""

import json
import socket
import sys
from pathlib import Path

import pandas as pd
import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel, create_model
from xgboost import XGBClassifier


def create_app(model_file: Path, names: list[str]) -> FastAPI:
    """The app."""
    model = XGBClassifier()
    model.load_model(model_file)
    model.set_params(n_jobs=1)
    fields = dict.fromkeys(names, (float | None, None))
    Customer = create_model("Customer", customer_id=(str, ...), **fields)  # type: ignore[call-overload]
    app = FastAPI()

    class Answer(BaseModel):
        customer_id: str
        purchase_prediction: bool
        purchase_probability: float

    @app.post("/predict", response_model=Answer)
    def predict(customer: Customer) -> Answer:  # type: ignore[valid-type]
        values = customer.model_dump()  # type: ignore[attr-defined]
        frame = pd.DataFrame([values])[names].astype("float64")
        probability = float(model.predict_proba(frame)[0, 1])
        return Answer(
            customer_id=values["customer_id"],
            purchase_prediction=probability >= 0.5,
            purchase_probability=probability,
        )

    return app


def main() -> None:
    """Serve until killed."""
    model_file, names_file = (Path(text) for text in sys.argv[1:3])
    app = create_app(model_file, json.loads(names_file.read_text(encoding="utf-8")))
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    print(listening.getsockname()[1], flush=True)
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False))
    server.run(sockets=[listening])


if __name__ == "__main__":
    main()
