{%- from 'includes/exercise.jinja' import exercise -%}
{%- from 'includes/exercises.jinja' import exercises with context -%}
MODEL_NAME = "gradient boosting"
TRUSTED = [  # types inside scikit-learn's models that skops does not know by itself
    "functools.partial",
    "numpy.dtype",
    "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
    "sklearn.utils.validation.check_array",
]
GUESSES = ("median", "mean")  # contenders that look at no feature: what any model must beat


def named(*kinds: Kind, among: Sequence[str] = FEATURES) -> list[str]:
    """List the features of the given kinds."""
    return [name for name in among if COLUMNS[name] in kinds]


def boosted_trees(settings: Settings, names: Sequence[str] = FEATURES) -> Pipeline:
    """Make gradient boosted trees on the named features. They need no scaling, and take a missing value as it is."""
    ordered, categories = named("ordered", among=names), named("category", among=names)
    ranks = OrdinalEncoder(
        categories=[column.choices for name in ordered for column in dataset.INPUTS if column.name == name],
        handle_unknown="use_encoded_value",
        unknown_value=np.nan,
    )
    codes = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=np.nan, max_categories=100)
    return make_pipeline(
        ColumnTransformer(
            [("ordered", ranks, ordered), ("category", codes, categories)],
            remainder="passthrough",
        ),
        HistGradientBoostingRegressor(
            loss=settings.loss,
            learning_rate=settings.learning_rate,
            max_iter=settings.max_iter,
            max_leaf_nodes=settings.max_leaf_nodes,
            min_samples_leaf=settings.min_samples_leaf,
            categorical_features=[len(ordered) + i for i in range(len(categories))],
            random_state=settings.seed,
        ),
    )


def baselines() -> dict[str, Pipeline]:
    """Make what the trees must beat: the mean, and the best that a straight line can do.

    The line gets one level for each value of a category, and for each combination of `features.CROSSED`. Without that
    it would be a straw man, and beating it would show nothing.
    """
{% call exercise(edition, exercises, 'baseline') %}
    one_hot = OneHotEncoder(handle_unknown="infrequent_if_exist", min_frequency=5)
    crossed = make_pipeline(one_hot, PolynomialFeatures(interaction_only=True, include_bias=False))
    numbers = make_pipeline(
        SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True), StandardScaler()
    )
    levels = [name for name in named("level", "category", "ordered") if name not in CROSSED]
    prepared = ColumnTransformer(
        [
            ("crossed", crossed, CROSSED),
            ("category", one_hot, levels),
            ("number", numbers, named("number")),
        ]
    )
    return {"mean": make_pipeline(DummyRegressor()), "ridge": make_pipeline(prepared, Ridge())}
{% endcall %}


def contenders(settings: Settings) -> dict[str, Pipeline]:
    """Make every model that may be used, from simple to complex."""
    median = make_pipeline(DummyRegressor(strategy="median"))
    return {"median": median, **baselines(), MODEL_NAME: boosted_trees(settings)}
