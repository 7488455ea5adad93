    expected = {claim.name: claim.value for claim in found}
    wrong = []
    for question in QUESTIONS:
        query = question.query.as_posix()
        for name, answer in data.ask(tables, question.query).iloc[0].items():
            if name not in expected:
                wrong.append(f"{query} computes `{name}`, which no claim is called")
            elif not math.isclose(answer, expected[name], rel_tol=1e-9, abs_tol=1e-9):
                wrong.append(f"`{name}`: pandas says {expected[name]}, {query} says {answer}")
    return wrong
