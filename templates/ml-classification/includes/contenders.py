{%- from 'includes/exercise.jinja' import exercise -%}
{%- from 'includes/exercises.jinja' import exercises with context -%}
MODEL_NAME = "gradient boosting"
TRUSTED = [  # types inside scikit-learn's models that skops does not know by itself
    "functools.partial",
    "numpy.dtype",
    "sklearn._loss.link.Interval",
    "sklearn._loss.link.LogitLink",
    "sklearn._loss.link.MultinomialLogit",
    "sklearn._loss.loss.HalfBinomialLoss",
    "sklearn._loss.loss.HalfMultinomialLoss",
    "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
    "sklearn.utils.validation.check_array",
]
GUESSES = ("even chances", "class shares")  # contenders that look at no feature: what any model must beat
PENALTY = 5  # rows, against a calibration that follows few rows
FOLDS = 5  # in which the validation part is calibrated to be judged
STOP_SHARE = 0.2  # of the training part says when to stop adding trees


def named(*kinds: Kind, among: Sequence[str] = FEATURES) -> list[str]:
    """List the features of the given kinds."""
    return [name for name in among if COLUMNS[name] in kinds]


def boosted_trees(settings: Settings, names: Sequence[str] = FEATURES) -> Pipeline:
    """Make gradient boosted trees on the named features. They need no scaling, and take a missing value as it is.

    They are trained on the log loss, stop when it no longer falls (see `rounds`), and are chosen by it.
    """
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
        HistGradientBoostingClassifier(
            learning_rate=settings.learning_rate,
            max_iter=settings.max_iter,
            max_leaf_nodes=settings.max_leaf_nodes,
            min_samples_leaf=settings.min_samples_leaf,
            class_weight=settings.class_weight,
            categorical_features=[len(ordered) + i for i in range(len(categories))],
            early_stopping=False,
            random_state=settings.seed,
        ),
    )


def line(settings: Settings) -> Pipeline:
    """Make a logistic regression with the features in a form that it can use.

    It gets one level for each value of a category, and for each combination of `features.CROSSED`. Without that it
    would be a straw man, and beating it would show nothing.
    """
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
    # So close to the optimum that another processor's last digits do not show.
    return make_pipeline(
        prepared, LogisticRegression(class_weight=settings.class_weight, tol=1e-7, max_iter=5000)
    )


def contenders(settings: Settings) -> dict[str, Pipeline]:
    """Make every model that may be used, from simple to complex."""
    return {
        "even chances": make_pipeline(DummyClassifier(strategy="uniform")),
        "class shares": make_pipeline(DummyClassifier(strategy="prior")),
        "logistic regression": line(settings),
        MODEL_NAME: boosted_trees(settings),
    }
