def test_the_limits_of_a_value_are_kept(client: TestClient, ordinary: dict[str, Any]) -> None:
    wrong = {"wind": 400, "status": "hail", "rate": 2, "latitude": "north", "age": -1}
    for name, value in wrong.items():
        response = client.post("/predict", json={**ordinary, name: value})
        assert response.status_code == 422
        assert response.json()["detail"][0]["loc"] == ["body", name]


def test_a_storm_that_gains_strength_is_likelier_to_gain_more(
    client: TestClient, ordinary: dict[str, Any]
) -> None:
    gaining, losing = (
        client.post(
            "/predict", json={**ordinary, **{f"wind_change_{over}h": sign * 10 for over in (6, 12, 24)}}
        )
        for sign in (1, -1)
    )
    assert gaining.json()["probabilities"]["yes"] > losing.json()["probabilities"]["yes"]
