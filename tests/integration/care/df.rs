//! `system df`.

use crate::support::archives::{Archive, Layout, Packing};
use crate::support::{Layer, Rcon};

fn layer(name: &str, length: usize) -> Layer {
    Layer::new().file(name, 0o644, vec![7; length])
}

/// Two images that share a layer of 3000 bytes.
fn with_shared_layers() -> Rcon {
    let rcon = Rcon::new();
    for (name, length) in [("one", 1000), ("two", 2000)] {
        let image = Archive::new(name).layer(layer("shared", 3000)).layer(layer(name, length));
        rcon.call(["load"]).stdin(image.write(Layout::Oci(Packing::Gzip))).done().exits(0);
    }
    rcon
}

#[test]
fn the_table_of_an_empty_store_is_docker_s_to_the_byte() {
    Rcon::new().run(["system", "df"]).exits(0).stderr("").stdout(
        "TYPE            TOTAL     ACTIVE    SIZE      RECLAIMABLE\n\
         Images          0         0         0B        0B\n\
         Containers      0         0         0B        0B\n\
         Local Volumes   0         0         0B        0B\n\
         Build Cache     0         0         0B        0B\n",
    );
    Rcon::new().run(["system", "df", "-v"]).exits(0).stdout(
        "Images space usage:\n\n\
         REPOSITORY   TAG       IMAGE ID   CREATED   SIZE      SHARED SIZE   UNIQUE SIZE   CONTAINERS\n\n\
         Containers space usage:\n\n\
         CONTAINER ID   IMAGE     COMMAND   LOCAL VOLUMES   SIZE      CREATED   STATUS    NAMES\n\n\
         Local Volumes space usage:\n\n\
         VOLUME NAME   LINKS     SIZE\n\n\
         Build cache usage: 0B\n\n\
         CACHE ID   CACHE TYPE   SIZE      CREATED   LAST USED   USAGE     SHARED\n",
    );
}

#[test]
fn a_layer_is_counted_once_and_shared_by_those_that_have_it() {
    let rcon = with_shared_layers();
    rcon.run(["create", "one", "x"]).exits(0);
    let out = rcon.run(["system", "df"]);
    out.exits(0).stdout_has("Images          2         1         6kB       2kB (33%)\n");
    out.stdout_has("Containers      1         0         0B        0B\n");
    let template =
        "{{range .Images}}{{.Repository}} {{.Size}} {{.SharedSize}} {{.UniqueSize}} {{.Containers}};{{end}}";
    rcon.run(["system", "df", "-v", "--format", template])
        .exits(0)
        .stdout("one 4kB 3kB 1kB 1;two 5kB 3kB 2kB 0;\n");
}

#[test]
fn files_of_other_users_in_containers_and_volumes_are_weighed() {
    let rcon = Rcon::with_busybox();
    let script = "for folder in / /data; do mkdir -p $folder/private && head -c 2500 /dev/zero >$folder/private/f; \
                  chmod 700 $folder/private; chown -R 1000:1000 $folder/private || true; done";
    rcon.run(["run", "--name", "box", "-v", "data:/data", "busybox", "sh", "-c", script]).exits(0);
    rcon.run(["run", "--rm", "-v", "free:/data", "busybox", "sh", "-c", "head -c 500 /dev/zero >/data/f"])
        .exits(0);
    let out = rcon.run(["system", "df"]);
    out.exits(0).stdout_has("Containers      1         0         2.5kB     2.5kB (100%)\n");
    out.stdout_has("Local Volumes   2         1         3kB       500B (16%)\n");
    let out = rcon.run(["system", "df", "-v"]);
    out.exits(0).stdout_has("\ndata          1         2.5kB\nfree          0         500B\n");
    out.stdout_has("   1               2.5kB     ");
}

#[test]
fn the_formats_are_docker_s() {
    let rcon = Rcon::new();
    let json = rcon.run(["system", "df", "--format", "json"]).succeeds();
    let first = r#"{"Active":"0","Reclaimable":"0B","Size":"0B","TotalCount":"0","Type":"Images"}"#;
    assert_eq!((json.lines().next(), json.lines().count()), (Some(first), 4));
    rcon.run(["system", "df", "--format", "{{.Type}}:{{.Size}}"])
        .exits(0)
        .stdout("Images:0B\nContainers:0B\nLocal Volumes:0B\nBuild Cache:0B\n");
    rcon.run(["system", "df", "--format", "raw"])
        .exits(0)
        .stdout_has("type: Images\ntotal: 0\nactive: 0\nsize: 0B\nreclaimable: 0B\n\ntype: Containers\n");
    rcon.run(["system", "df", "-v", "--format", "json"])
        .exits(0)
        .stdout("{\"Images\":[],\"Containers\":[],\"Volumes\":[],\"BuildCache\":[]}\n");
    rcon.run(["system", "df", "--format", "{{.Nope}}"]).exits(1);
    rcon.run(["system", "df", "word"]).fails();
}
