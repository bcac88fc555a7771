# What MicroPython's own tests use of `unittest`, and what run-tests.py reads of its output. Upstream's is in
# micropython-lib, which is not in the archive of the sources.
import sys


class SkipTest(Exception):
    pass


class _Raises:
    def __init__(self, expected):
        self.expected = expected

    def __enter__(self):
        return self

    def __exit__(self, kind, value, traceback):
        self.exception = value
        assert kind is not None, "%r was not raised" % self.expected
        return issubclass(kind, self.expected)


class TestCase:
    def setUp(self):
        pass

    def tearDown(self):
        pass

    @classmethod
    def setUpClass(cls):
        pass

    @classmethod
    def tearDownClass(cls):
        pass

    def fail(self, message=""):
        raise AssertionError(message)

    def skipTest(self, reason):
        raise SkipTest(reason)

    def assertEqual(self, a, b, message=""):
        assert a == b, message or "%r is not %r" % (a, b)

    def assertAlmostEqual(self, a, b, places=7, message="", delta=None):
        near = abs(a - b) <= delta if delta is not None else round(abs(a - b), places) == 0
        assert a == b or near, message or "%r is not about %r" % (a, b)

    def assertLessEqual(self, a, b, message=""):
        assert a <= b, message or "%r is more than %r" % (a, b)

    def assertGreaterEqual(self, a, b, message=""):
        assert a >= b, message or "%r is less than %r" % (a, b)

    def assertTrue(self, a, message=""):
        assert a, message or "%r is false" % (a,)

    def assertFalse(self, a, message=""):
        assert not a, message or "%r is true" % (a,)

    def assertIn(self, a, b, message=""):
        assert a in b, message or "%r is not in %r" % (a, b)

    def assertIsNone(self, a, message=""):
        assert a is None, message or "%r is not None" % (a,)

    def assertIsInstance(self, a, b, message=""):
        assert isinstance(a, b), message or "%r is no %r" % (a, b)

    def assertRaises(self, expected, function=None, *args, **kwargs):
        context = _Raises(expected)
        if function is None:
            return context
        with context:
            function(*args, **kwargs)


def skip(reason):
    def of(decorated):
        def skipped(self=None):
            raise SkipTest(reason)

        if not isinstance(decorated, type):
            return skipped
        # A class's methods are asked for by name: what they are is all that need change.
        for name in dir(decorated):
            if name.startswith("test"):
                setattr(decorated, name, skipped)
        decorated.setUpClass = decorated.tearDownClass = classmethod(lambda cls: None)
        decorated.setUp = decorated.tearDown = lambda self: None
        return decorated

    return of


def skipIf(condition, reason):
    return skip(reason) if condition else lambda decorated: decorated


def skipUnless(condition, reason):
    return skipIf(not condition, reason)


class _Result:
    def __init__(self):
        self.run = self.failures = self.errors = self.skipped = 0

    def attempt(self, *steps):
        try:
            for step in steps:
                step()
        except SkipTest:
            self.skipped += 1
        except Exception as error:
            if isinstance(error, AssertionError):
                self.failures += 1
            else:
                self.errors += 1
            sys.print_exception(error)

    def add(self, case):
        instance = case()
        case.setUpClass()
        for name in dir(case):
            if name.startswith("test"):
                self.run += 1
                print(name, "(%s) ..." % case.__name__)
                self.attempt(instance.setUp, getattr(instance, name), instance.tearDown)
        case.tearDownClass()

    def show(self):
        print("-" * 70)
        print("Ran %d tests\n" % self.run)
        if self.failures or self.errors:
            print("FAILED (failures=%d, errors=%d)" % (self.failures, self.errors))
        elif self.skipped:
            print("OK (skipped=%d)" % self.skipped)
        else:
            print("OK")


def main(module="__main__"):
    names = __import__(module).__dict__
    result = _Result()
    for name in sorted(names):
        case = names[name]
        if isinstance(case, type) and issubclass(case, TestCase) and case is not TestCase:
            result.add(case)
    result.show()
