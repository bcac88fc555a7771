"""A program that does nothing, as componentize-py takes it."""

import wit_world.exports


class Run(wit_world.exports.Run):
    def run(self):
        pass
