"""Threads and files that a handler's code leaves."""

import os
import threading

from pytest_sfn.lambda_.leftovers import Leftovers


def test_nothing(tmp_path):
    leftovers = Leftovers()
    leftovers.enter()
    (tmp_path / "closed").write_text("")
    threading.Thread(target=int).start()
    leftovers.leave()
    assert leftovers.remaining() == []


def test_a_file_and_a_thread(tmp_path):
    path, end = tmp_path / "open", threading.Event()
    leftovers = Leftovers()
    leftovers.enter()
    descriptor = os.open(path, os.O_CREAT)
    thread = threading.Thread(target=end.wait, name="worker")
    thread.start()
    leftovers.leave()
    try:
        assert leftovers.remaining() == ["the thread 'worker'", f"{path} (descriptor {descriptor})"]
        assert leftovers.remaining() == []  # told once
    finally:
        os.close(descriptor)
        end.set()
        thread.join()


def test_what_ends_meanwhile(tmp_path):
    end = threading.Event()
    leftovers = Leftovers()
    leftovers.enter()
    descriptor = os.open(tmp_path / "open", os.O_CREAT)
    thread = threading.Thread(target=end.wait)
    thread.start()
    leftovers.leave()
    os.close(descriptor)
    end.set()
    thread.join()
    assert leftovers.remaining() == []
