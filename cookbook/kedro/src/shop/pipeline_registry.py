"""The pipelines that `kedro run --pipeline` names."""

from kedro.pipeline import Pipeline, node

from shop.nodes import correct, filter_users, multiply


def register_pipelines() -> dict[str, Pipeline]:
    bar = Pipeline([node(correct, "bar_on_new", "bar_on_master", name="correct")])
    users = Pipeline(
        [
            node(multiply, ["raw_users", "params:a"], "users_of_run", name="populate_users"),
            node(filter_users, ["users_of_run", "params:least"], "big_users_of_run", name="filter_users"),
        ]
    )
    return {"__default__": bar, "bar": bar, "users": users}
