def test_the_limits_of_a_value_are_kept(client: TestClient, ordinary: dict[str, Any]) -> None:
    wrong = {"hour": 24, "weather": "hail", "humidity": 101, "recent_level": 0, "temperature": "warm"}
    for name, value in wrong.items():
        response = client.post("/predict", json={**ordinary, name: value})
        assert response.status_code == 422
        assert response.json()["detail"][0]["loc"] == ["body", name]


def test_the_morning_peak_and_a_holiday(client: TestClient, ordinary: dict[str, Any]) -> None:
    working, holiday = (
        client.post("/predict", json={**ordinary, "holiday": holiday}).json()["prediction"]
        for holiday in (False, True)
    )
    assert 150 < working < 600
    assert holiday < working


def test_a_recent_level_that_training_did_not_hold_is_said(
    client: TestClient, ordinary: dict[str, Any]
) -> None:
    assert client.post("/predict", json={**ordinary, "recent_level": 160}).json()["warnings"] == []
    found = client.post("/predict", json={**ordinary, "recent_level": 490}).json()["warnings"]
    assert found[0].startswith("recent_level 490.0 is outside the 50.")
