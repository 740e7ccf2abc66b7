"""Programs of Flyte, Metaflow and Kedro, and what runs them as their users do."""
