"""The connectors that come with syncd: one package per vendor, found as entry points. They import only the contract and the model."""
