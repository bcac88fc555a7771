"""Runs a suite and writes what became of each test, one JSON line per test.

    python run.py SUITE SOURCES REPORT [LABEL...]

SUITE is `django` or `sqlalchemy`, with databases in memory, or `django-file` or `sqlalchemy-file`. SOURCES is the
folder that fetch.py filled; it is only read. The current folder is written to. Without a LABEL, the suite's own name
for some of its tests, everything named below is run.

The same file runs natively and in a guest. A test that was begun and has no outcome is the one that took the
interpreter down.
"""

import importlib.util
import json
import os
import re
import runpy
import sys
import types
import unittest
import zoneinfo
from pathlib import Path

# All but the dialects of other databases.
SQLALCHEMY = """
    test/base test/dialect/sqlite test/dialect/test_all.py test/dialect/test_suite.py test/engine test/ext
    test/orm test/sql
""".split()
# What the suite leaves out by itself unless it is asked for.
SQLALCHEMY_MARKERS = "not memory_intensive and not mypy and not timing_intensive"

# What has to do with databases, and does not measure time as serializers.test_deserialization does.
DJANGO = """
    aggregation aggregation_regress annotations backends base basic bulk_create composite_pk constraints
    custom_columns custom_lookups custom_managers custom_methods custom_migration_operations custom_pk
    datatypes dates datetimes db_functions db_typecasts db_utils defer defer_regress delete delete_regress
    distinct_on_fields empty expressions expressions_case expressions_window extra_regress field_defaults
    field_subclassing filtered_relation fixtures fixtures_regress force_insert_update foreign_object
    from_db_value generic_relations generic_relations_regress get_earliest_or_latest get_object_or_404
    get_or_create indexes inspectdb introspection invalid_models_tests known_related_objects lookup
    m2m_and_m2o m2m_intermediary m2m_multiple m2m_recursive m2m_regress m2m_signals m2m_through
    m2m_through_regress m2o_recursive managers_regress many_to_many many_to_one many_to_one_null max_lengths
    migrate_signals migration_test_data_persistence migrations model_enums model_fields model_forms
    model_formsets model_formsets_regress model_indexes model_inheritance model_inheritance_regress model_meta
    model_options model_regress model_utils multiple_database mutually_referential nested_foreign_keys null_fk
    null_fk_ordering null_queries one_to_one or_lookups order_with_respect_to ordering pagination
    prefetch_related properties proxy_model_inheritance proxy_models queries queryset_pickle raw_query
    reserved_names reverse_lookup save_delete_hooks schema select_for_update select_related
    select_related_onetoone select_related_regress serializers.test_data serializers.test_json
    serializers.test_jsonl serializers.test_natural serializers.test_xml serializers.test_yaml
    serializers.tests signals string_lookup swappable_models timezones transaction_hooks transactions
    unmanaged_models update update_only_fields validation xor_lookups
""".split()


class Report:
    """The report's file. It is also a plugin of pytest."""

    def __init__(self, path):
        self.file = open(path, "w", encoding="utf-8")
        self.open = {}

    def write(self, test, outcome, detail=""):
        print(json.dumps({"test": test, "outcome": outcome, "detail": detail}), file=self.file, flush=True)

    def begin(self, test):
        self.open[test] = "passed", ""
        self.write(test, "begun")

    def settle(self, test, outcome, detail):
        """Notes the outcome; outside a test (a class or module that could not be set up) writes it."""
        if test not in self.open:
            self.write(test, outcome, detail)
        elif self.open[test][0] != "failed":
            self.open[test] = outcome, detail

    def end(self, test):
        self.write(test, *self.open.pop(test))

    def pytest_runtest_logstart(self, nodeid, location):
        self.begin(without_version(nodeid))

    def pytest_runtest_logreport(self, report):
        if not report.passed:
            why = report.longrepr
            detail = why[2] if isinstance(why, tuple) else str(why)
            self.settle(without_version(report.nodeid), report.outcome, detail)

    def pytest_runtest_logfinish(self, nodeid, location):
        self.end(without_version(nodeid))

    def pytest_collectreport(self, report):
        self.pytest_runtest_logreport(report)


def without_version(test):
    """The name of a test of SQLAlchemy's, in which the version of SQLite may stand, as in every version."""
    return re.sub(r"_sqlite\+pysqlite_\d+_\d+_\d+", "", test)


def result_class(report):
    """What unittest is to have for a test's result."""

    class Result(unittest.TextTestResult):
        def startTest(self, test):
            super().startTest(test)
            report.begin(test.id())

        def stopTest(self, test):
            super().stopTest(test)
            report.end(test.id())

        def fail(self, test, err):
            report.settle(test.id(), "failed", self._exc_info_to_string(err, test))

        def addError(self, test, err):
            super().addError(test, err)
            self.fail(test, err)

        def addFailure(self, test, err):
            super().addFailure(test, err)
            self.fail(test, err)

        def addSubTest(self, test, subtest, err):
            super().addSubTest(test, subtest, err)
            if err is not None:
                self.fail(test, err)

        def addSkip(self, test, reason):
            super().addSkip(test, reason)
            whole = getattr(test, "test_case", test)  # of a part that is skipped
            report.settle(whole.id(), "skipped", reason)

        def addExpectedFailure(self, test, err):
            super().addExpectedFailure(test, err)
            report.settle(test.id(), "skipped", "fails, as it is expected to")

        def addUnexpectedSuccess(self, test):
            super().addUnexpectedSuccess(test)
            report.settle(test.id(), "failed", "passed, and was expected to fail")

    return Result


def sqlalchemy(sources, report, labels, on_file):
    os.environ["DISABLE_SQLALCHEMY_CEXT_RUNTIME"] = "1"
    import pytest

    root = sources / "sqlalchemy"
    # Instead of the suite's own options, which are for people and end a run after some failures.
    options = ["--rootdir", root, "-c", root / "pyproject.toml", "-o", "addopts=--tb=native --strict-markers", "-q"]
    # Nothing is written beside the sources, no descriptor is duplicated, and no /dev/null is opened.
    options += ["-p", "no:cacheprovider", "-p", "no:faulthandler", "--capture=sys", "--log-file=pytest.log"]
    options += ["-m", SQLALCHEMY_MARKERS, "--db", "sqlite_file" if on_file else "sqlite"]
    options += [root / label for label in labels or SQLALCHEMY]
    sys.exit(pytest.main(list(map(str, options)), [report]))


def django(sources, report, labels, on_file):
    root = sources / "django"
    sys.path[:0] = [str(root), str(root / "tests")]
    if importlib.util.find_spec("_ctypes") is None:
        # The runner imports it for what it does with several processes only.
        sys.modules["ctypes"] = types.ModuleType("ctypes")
        importlib.import_module("django.test.runner")
        del sys.modules["ctypes"]
    settings = types.ModuleType("suite_settings")
    exec((root / "tests/test_sqlite.py").read_text(), vars(settings))
    if on_file:
        for name, database in settings.DATABASES.items():
            database["TEST"] = {"NAME": os.path.abspath(f"{name}.sqlite3")}
    sys.modules[settings.__name__] = settings
    unittest.TextTestRunner.resultclass = result_class(report)
    sys.argv = ["runtests.py", f"--settings={settings.__name__}", "--parallel=1", "--noinput", *(labels or DJANGO)]
    runpy.run_path(str(root / "tests/runtests.py"), run_name="__main__")


def main(suite, sources, report, *labels):
    sources, report = Path(sources).absolute(), Report(report)
    sys.path[0] = str(sources / "packages")
    # Some tests hold that a temporary file is not below the current folder.
    for folder in ("tmp", "work"):
        os.mkdir(folder)
    os.environ["TMPDIR"] = os.path.abspath("tmp")
    os.chdir("work")
    # The same time zones everywhere: those of the package tzdata.
    zoneinfo.reset_tzpath(to=[])
    name, _, where = suite.partition("-")
    {"sqlalchemy": sqlalchemy, "django": django}[name](sources, report, labels, on_file=where == "file")


if __name__ == "__main__":
    main(*sys.argv[1:])
