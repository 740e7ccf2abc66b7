"""The manifests: valid, and in agreement with each other and with the server's configuration."""

import kubernetes_validate
import pytest
import yaml

from tests.deploy.conftest import FILES

KUBERNETES = "1.34"

MANIFESTS = sorted(path.name for path in FILES.glob("*.yaml") if path.name not in ("config.yaml", "kustomization.yaml"))


def documents(name):
    return list(yaml.safe_load_all((FILES / name).read_text()))


def pods():
    """Return the pod's specification of each workload."""
    for name in MANIFESTS:
        for document in documents(name):
            found = document.get("spec", {})
            for step in ("jobTemplate", "spec", "template", "spec"):
                found = found.get(step, found)
            if "containers" in found:
                yield document["kind"], found


@pytest.mark.parametrize("name", MANIFESTS)
def test_a_manifest_is_what_kubernetes_takes(name):
    for document in documents(name):
        kubernetes_validate.validate(document, KUBERNETES, strict=True)


def test_a_misspelled_field_would_be_noticed():
    document = documents("namespace.yaml")[0] | {"metadatum": {}}

    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(document, KUBERNETES, strict=True)


def test_every_file_is_applied_or_an_example():
    listed = yaml.safe_load((FILES / "kustomization.yaml").read_text())

    assert sorted([*listed["resources"], "secret.example.yaml"]) == MANIFESTS
    assert all((FILES / name).exists() for each in listed["configMapGenerator"] for name in each["files"])


def test_the_keys_of_secrets_that_pods_ask_for_are_in_the_example():
    known = {secret["metadata"]["name"]: set(secret["stringData"]) for secret in documents("secret.example.yaml")}
    asked = [
        (wanted["name"], wanted["key"])
        for _, pod in pods()
        for container in pod["containers"]
        for variable in container["env"]
        if (wanted := variable.get("valueFrom", {}).get("secretKeyRef"))
    ]

    assert asked
    assert [pair for pair in asked if pair[1] not in known[pair[0]]] == []


def test_every_path_of_the_configuration_is_mounted():
    config = yaml.safe_load((FILES / "config.yaml").read_text())
    paths = [config[name] for name in ("data_dir", "cfg_dir", "privilege_file", "branch_control_file")]
    paths += [config["listener"][name] for name in ("tls_cert", "tls_key")]
    server = next(pod for kind, pod in pods() if kind == "StatefulSet")["containers"][0]
    mounted = [mount["mountPath"] for mount in server["volumeMounts"]]

    assert [path for path in paths if not any(path.startswith(f"{place}/") for place in mounted)] == []


def test_no_pod_runs_as_root_or_may_become_it():
    for kind, pod in pods():
        assert pod["securityContext"]["runAsNonRoot"], kind
        assert not pod["automountServiceAccountToken"], kind
        for container in [*pod["containers"], *pod.get("initContainers", [])]:
            assert container["securityContext"]["readOnlyRootFilesystem"], kind
            assert not container["securityContext"]["allowPrivilegeEscalation"], kind
            assert "memory" in container["resources"]["limits"], kind
