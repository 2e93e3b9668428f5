"""Settings: where they come from, which one counts, and what is said of wrong ones."""

import pytest

from stepwell.config import Config, ConfigError, load_config


def test_without_anything_the_limits_are_awss():
    config = load_config()
    assert config == Config()
    assert (config.payload_limit, config.history_limit, config.poll_seconds) == (262_144, 25_000, 60)


def test_the_environment_counts_more_than_the_file_and_the_command_line_most(tmp_path):
    (tmp_path / "stepwell.toml").write_text('[server]\nport = 1\nhost = "file"\nregion = "eu-west-1"\n')
    config = load_config([tmp_path], {"STEPWELL_PORT": "2", "STEPWELL_HOST": "env", "PATH": "/bin"}, port=3, host=None)
    assert (config.port, config.host, config.region) == (3, "env", "eu-west-1")


def test_the_first_file_found_counts(tmp_path):
    for name in ("data", "cwd"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "stepwell.toml").write_text(f'[server]\nhost = "{name}"\n')
    assert load_config([tmp_path / "none", tmp_path / "data", tmp_path / "cwd"]).host == "data"


def test_what_the_clients_read_from_the_environment_is_no_setting():
    assert load_config(environ={"STEPWELL_DATA": "/data", "STEPWELL_URL": "http://x"}) == Config()


@pytest.mark.parametrize(
    ("toml", "message"),
    [
        ("[server]\nprot = 1", "Unknown setting prot in {file}. Did you mean port?"),
        ('[server]\nport = "1"', "port = '1' in {file}: expected a whole number from 0 to 65535."),
        ("[server]\nport = 70000", "port = 70000 in {file}: expected a whole number from 0 to 65535."),
        ("server = 1", "{file}: server must be a table. Write [server] on a line of its own."),
        ("[server", "{file} cannot be read: "),
    ],
)
def test_a_wrong_file_is_refused_with_what_and_where(tmp_path, toml, message):
    file = tmp_path / "stepwell.toml"
    file.write_text(toml)
    with pytest.raises(ConfigError) as caught:
        load_config([tmp_path])
    assert str(caught.value).startswith(message.format(file=file))


@pytest.mark.parametrize(
    ("environ", "message"),
    [
        ({"STEPWELL_PORTS": "1"}, "Unknown setting STEPWELL_PORTS in the environment. Did you mean port?"),
        ({"STEPWELL_PORT": "http"}, "port = 'http' in the environment: expected a whole number from 0 to 65535."),
        (
            {"STEPWELL_PAYLOAD_LIMIT": "0"},
            "payload_limit = '0' in the environment: expected a whole number of 1 or more.",
        ),
        ({"STEPWELL_ACCOUNT": "me"}, "account = 'me' in the environment: expected 12 digits."),
    ],
)
def test_a_wrong_variable_is_refused(environ, message):
    with pytest.raises(ConfigError) as caught:
        load_config(environ=environ)
    assert str(caught.value).startswith(message)


def test_all_that_is_wrong_is_told_at_once(tmp_path):
    file = tmp_path / "stepwell.toml"
    file.write_text("[server]\nprot = 1\nport = -1\n")
    with pytest.raises(ConfigError) as caught:
        load_config([tmp_path], {"STEPWELL_ACCOUNT": "me"}, retention_days=0)
    assert caught.value.problems == (
        f"Unknown setting prot in {file}. Did you mean port?",
        f"port = -1 in {file}: expected a whole number from 0 to 65535.",
        "account = 'me' in the environment: expected 12 digits.",
        "retention_days = 0 in the command line: expected a number of 0.0416667 or more.",
    )


def test_a_list_in_the_environment_has_commas(tmp_path):
    (tmp_path / "stepwell.toml").write_text('[server]\nallow_host = ["a", "b"]\n')
    assert load_config([tmp_path]).allow_host == ("a", "b")
    assert load_config([tmp_path], {"STEPWELL_ALLOW_HOST": "c, d,"}).allow_host == ("c", "d")


def test_a_table_that_nobody_reads_is_refused(tmp_path):
    (tmp_path / "stepwell.toml").write_text("[sever]\nport = 1\n")
    with pytest.raises(ConfigError, match=r"there is no table \[sever\]\. Did you mean server\?"):
        load_config([tmp_path])


def test_the_variable_of_awss_emulator_for_mocks_counts_less_than_ours_and_more_than_the_file(tmp_path):
    (tmp_path / "stepwell.toml").write_text('[server]\nmock_config = "file"\n')
    theirs = {"SFN_MOCK_CONFIG": "theirs"}
    assert load_config([tmp_path], theirs).mock_config == "theirs"
    assert load_config([tmp_path], theirs | {"STEPWELL_MOCK_CONFIG": "ours"}).mock_config == "ours"
