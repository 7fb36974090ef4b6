"""What an installation says of itself is checked at start, and refused plainly."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from boardroom import create_app
from boardroom.known_settings import Settings
from boardroom.settings import SettingsError, asset_dir, configured, read_settings

LINES = [
    ('sign_in_limit = "many"', "how many in what time"),
    ('sign_in_limit = "0 per minute"', "how many in what time"),
    ('sign_in_limit = "10 per fortnight"', "how many in what time"),
    ('sign_in_address_limit = ""', "how many in what time"),
    ('secret_key = "x"', "at least 32"),
    ('metrics_token = "x"', "at least 24"),
    ("metrics_token = 123456789012345678901234567890", "text in quotes"),
    ('permanent_session_lifetime = "long"', "whole number"),
    ("permanent_session_lifetime = 0", "5 or more"),
    ('export_days = "x"', "whole number"),
    ("export_days = 0", "1 or more"),
    ('proxy_count = "one"', "whole number"),
    ("proxy_count = true", "whole number"),
    ("proxy_count = -1", "0 or more"),
    ('session_cookie_secure = "no"', "true or false"),
    ('session_cookie_samesite = "None"', "'Lax' or 'Strict'"),
    ("max_content_length = -1", "65536 or more"),
    ('public_url = "foo"', "begin with https://"),
    ('public_url = "https://a:b"', "begin with https://"),
    ('log_level = "LOUD"', "'DEBUG'"),
    ('log_format = "xml"', "'plain' or 'json'"),
    ('database_url = "mysql://x"', "begin with postgresql://"),
    ('database_url = "postgresql+asyncpg://x"', "begin with postgresql://"),
    ('database_url = "postgres"', "no address of a database"),
    ('message_queue = "http://x"', "no address of Redis"),
    ('message_queue = "redis://x:y/0"', "no address of Redis"),
    ('message_queue = "redis://x/0?foo=bar"', "no address of Redis"),
    ('message_queue = "redis://x/0?ssl_cert_reqs=none"', "no address of Redis"),
    ('message_queue = "redis://x/0?protocol=9"', "no address of Redis"),
    ('message_queue = "redis://x/abc"', "no address of Redis"),
    ('database_url = "postgresql://u:pass@word@x/b"', "in a password is written %40"),
    ('server_name = "http://x"', "a host and no more"),
    ('letters_dir = "/nowhere/at/all"', "names no folder"),
    ('boards_dir = "/nowhere/at/all"', "names no folder"),
    ("wtf_csrf_time_limit = 43200", "permanent_session_lifetime). Take the line out"),
    ('mesage_queue = "redis://127.0.0.1/0"', "is message_queue meant?"),
    ('colour = "green"', "no such setting"),
    ('testing = "yes"', "no such setting"),
]


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing said by whoever runs the tests."""
    import os

    for name in list(os.environ):
        if name.startswith("BOARDROOM_"):
            monkeypatch.delenv(name)


@pytest.mark.parametrize(("line", "reason"), LINES)
def test_a_line_that_makes_no_sense_is_told_with_its_file(
    tmp_path: Path, line: str, reason: str
) -> None:
    file = tmp_path / "boardroom.toml"
    file.write_text(line)
    with pytest.raises(SettingsError) as refused:
        read_settings("production", tmp_path)
    told = str(refused.value)
    assert told.startswith(f"{file}: {line.partition(' ')[0]}: ")
    assert reason in told
    assert "\n" not in told, "nothing else is wrong"


@pytest.mark.parametrize(
    ("line", "reason"),
    [one for one in LINES if one[1] != "text in quotes"],  # a variable is text by itself
)
def test_so_is_a_variable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str, reason: str
) -> None:
    name, _, value = line.partition(" = ")
    monkeypatch.setenv(f"BOARDROOM_{name.upper()}", value)
    with pytest.raises(SettingsError) as refused:
        create_app(data=tmp_path)
    assert str(refused.value).startswith(f"BOARDROOM_{name.upper()}: ")
    assert reason in str(refused.value)


def test_a_line_that_landed_below_a_table_is_not_lost_in_silence(tmp_path: Path) -> None:
    (tmp_path / "boardroom.toml").write_text('[session]\nmessage_queue = "redis://127.0.0.1/0"\n')
    with pytest.raises(SettingsError, match=r"session: .*message_queue below it does nothing"):
        read_settings("production", tmp_path)


def test_every_mistake_is_told_at_once_and_no_secret_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "boardroom.toml").write_text(
        'database_url = "mysql://u:hush@x"\nmessage_queue = "redis://:hush@x:y"\nexport_days = 0\n'
    )
    monkeypatch.setenv("BOARDROOM_SECRET_KEY", "hush")
    with pytest.raises(SettingsError) as refused:
        read_settings("production", tmp_path)
    assert len(str(refused.value).splitlines()) == 4
    assert "hush" not in str(refused.value)


@pytest.mark.parametrize("content", ["[", "a = ", b"\xff = 1"])
def test_a_file_that_is_no_toml_is_told(tmp_path: Path, content: str | bytes) -> None:
    file = tmp_path / "boardroom.toml"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(SettingsError, match=str(file)):
        read_settings("production", tmp_path)


def test_variables_are_read_by_the_kind_of_their_setting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = {
        "SECRET_KEY": "12345678901234567890123456789012",
        "METRICS_TOKEN": '"quoted-quoted-quoted-quoted"',
        "PROXY_COUNT": "2",
        "SESSION_COOKIE_SECURE": "false",
        "PUBLIC_URL": "",
        # Not settings
        "DATA": "/elsewhere", "ADMIN_PASSWORD": "x", "USER_PASSWORD": "x", "SHARED": "/x",
        "PORT": "tcp://10.0.0.1:8000", "PORT_8000_TCP": "x", "SERVICE_HOST": "10.0.0.1",
        "REDIS_SERVICE_HOST": "10.0.0.2", "REDIS_PORT_6379_TCP_ADDR": "10.0.0.2",
    }  # fmt: skip
    for name, text in said.items():
        monkeypatch.setenv(f"BOARDROOM_{name}", text)
    settings = read_settings("production", tmp_path)
    assert settings["SECRET_KEY"] == "12345678901234567890123456789012"
    assert settings["METRICS_TOKEN"] == "quoted-quoted-quoted-quoted"
    assert (settings["PROXY_COUNT"], settings["SESSION_COOKIE_SECURE"]) == (2, False)
    assert "SHARED" not in settings


@pytest.mark.parametrize("name", ["PORT", "WEB_PORT"])
def test_a_port_that_somebody_set_is_no_setting_and_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(f"BOARDROOM_{name}", "8000")
    with pytest.raises(SettingsError, match=f"BOARDROOM_{name}: there is no such setting"):
        read_settings("production", tmp_path)


@pytest.mark.parametrize(
    "url",
    [
        "redis://:a%40b@10.0.0.1:6379/1",
        "rediss://user:word@queue.example:6380/0?ssl_cert_reqs=required",
        "redis://127.0.0.1",
    ],
)
def test_addresses_of_a_queue_that_are_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("BOARDROOM_MESSAGE_QUEUE", url)
    assert read_settings("production", tmp_path)["MESSAGE_QUEUE"] == url


def test_a_settings_file_that_is_a_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "boardroom.toml").mkdir()
    with pytest.raises(SettingsError, match=r"boardroom\.toml: .*directory"):
        read_settings("production", tmp_path)


def test_no_folder_of_boards_means_the_shipped_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BOARDROOM_BOARDS_DIR", "")
    monkeypatch.setenv("BOARDROOM_LETTERS_DIR", "")
    settings = read_settings("production", tmp_path)
    assert (Path(settings["BOARDS_DIR"]) / "liver.toml").is_file()
    assert (Path(settings["LETTERS_DIR"]) / "liver.toml").is_file()


def test_the_later_word_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "boardroom.toml").write_text("proxy_count = 3\nexport_days = 9\n")
    monkeypatch.setenv("BOARDROOM_EXPORT_DAYS", "11")
    found = configured("production", tmp_path)
    assert (found["PROXY_COUNT"], found["EXPORT_DAYS"], found["LOG_FORMAT"]) == (3, 11, "json")
    assert configured("production", tmp_path, {"PROXY_COUNT": 0, "ANY": 1})["PROXY_COUNT"] == 0


def test_an_own_key_that_is_cut_off_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret_key").write_text("abc")
    with pytest.raises(SettingsError, match=r"secret_key: holds less than 32"):
        read_settings("production", tmp_path)


def test_the_shipped_files_say_each_setting_that_has_no_default() -> None:
    said = tomllib.loads((asset_dir("config") / "default.toml").read_text())
    needed = {name for name, field in Settings.model_fields.items() if field.is_required()}
    assert set(said) == needed
