#![expect(unused_imports, reason = "placeholder")]
