//! The other programs that speak TLS: `openssl`, nginx and curl.
#![allow(dead_code, reason = "each test file uses its part")]

use std::process::Command;

use crate::matrix::Matrix;
use crate::programs::{Running, free_port};

/// All that the tests start, each with its Debian package.
pub const PROGRAMS: [(&str, &str); 3] = [("openssl", "openssl"), ("nginx", "nginx-light"), ("curl", "curl")];

/// What is typed to `openssl s_client` where nothing else is: it asks once it has a connection, and quits when it has
/// the answer. No dump of a message and no certificate has these texts.
const QUESTION: &[(&str, &str)] = &[("Verify return code", "one!\n"), ("two!\n", "Q\n")];

/// A program on the other side of a script's connection.
pub struct Peer<'a> {
    program: Program,
    /// Its arguments, or lines of its settings.
    words: String,
    /// More words, for the last of several connections.
    pub again: &'a str,
    /// After it has said the one text, the other is typed.
    typed: &'a [(&'a str, &'a str)],
    /// What it has to have said in the end.
    pub evidence: &'a [&'a str],
}

#[derive(Clone, Copy)]
enum Program {
    SServer,
    Nginx,
    SClient,
    Curl,
}

/// `openssl s_server`: what is typed is sent, unless it is one of the letters that are commands.
pub fn s_server<'a>(words: impl Into<String>) -> Peer<'a> {
    Peer { program: Program::SServer, words: words.into(), again: "", typed: &[], evidence: &[] }
}

/// nginx, with these lines for its one server.
pub fn nginx<'a>(lines: impl Into<String>) -> Peer<'a> {
    Peer { program: Program::Nginx, ..s_server(lines) }
}

/// `openssl s_client`, which gives up when the server is not who it should be.
pub fn s_client<'a>(words: impl Into<String>) -> Peer<'a> {
    Peer { program: Program::SClient, typed: QUESTION, ..s_server(words) }
}

/// curl.
pub fn curl<'a>(words: impl Into<String>) -> Peer<'a> {
    Peer { program: Program::Curl, ..s_server(words) }
}

impl<'a> Peer<'a> {
    /// With another conversation.
    pub fn types(self, typed: &'a [(&'a str, &'a str)]) -> Self {
        Self { typed, ..self }
    }

    /// With something that it has to have said in the end.
    pub fn says(self, evidence: &'a [&'a str]) -> Self {
        Self { evidence, ..self }
    }

    /// With more words for the last of several connections.
    pub fn again(self, again: &'a str) -> Self {
        Self { again, ..self }
    }

    /// Starts a server. Returns its port too.
    pub fn serve(&self, matrix: &Matrix) -> (Running, u16) {
        match self.program {
            Program::Nginx => serve_nginx(matrix, &self.words),
            _ => serve_openssl(matrix, &self.words),
        }
    }

    /// Starts a client and has the conversation.
    pub fn connect(&self, matrix: &Matrix, port: u16, more: &str) -> Running {
        let words = format!("{} {more}", self.words).replace("PORT", &port.to_string());
        let mut command = match self.program {
            Program::Curl => ask_curl(port, &words),
            _ => ask_openssl(port, &words),
        };
        let mut client = Running::start(&words, command.current_dir(matrix.folder.path()));
        self.converse(&mut client);
        client
    }

    /// Types what there is to type.
    pub fn converse(&self, program: &mut Running) {
        for (text, typed) in self.typed {
            program.wait_for(text);
            program.type_in(typed);
        }
    }
}

fn serve_openssl(matrix: &Matrix, words: &str) -> (Running, u16) {
    let mut command = Command::new("openssl");
    command.args("s_server -accept 127.0.0.1:0 -CAfile ca.pem".split(' ')).args(words.split_whitespace());
    let server = Running::start(&format!("s_server {words}"), command.current_dir(matrix.folder.path()));
    let port = server.number_after("ACCEPT 127.0.0.1:");
    (server, port)
}

fn ask_openssl(port: u16, words: &str) -> Command {
    let mut command = Command::new("openssl");
    command.args(["s_client", "-connect", &format!("127.0.0.1:{port}"), "-CAfile", "ca.pem"]);
    command.args("-servername localhost -verify_hostname localhost -verify_return_error".split(' '));
    command.args(words.split_whitespace());
    command
}

fn ask_curl(port: u16, words: &str) -> Command {
    let mut command = Command::new("curl");
    // -q: not as the caller's settings say.
    command.args("-q --silent --show-error --noproxy * --cacert ca.pem --max-time 25".split(' '));
    command.args(["--resolve", &format!("localhost:{port}:127.0.0.1")]);
    command.args(words.split_whitespace()).arg(format!("https://localhost:{port}/path"));
    command
}

fn serve_nginx(matrix: &Matrix, lines: &str) -> (Running, u16) {
    let (port, folder) = (free_port(), matrix.folder.path().display());
    // One process, which is the one that is killed.
    let settings = format!(
        "daemon off; master_process off; pid {folder}/nginx.pid; error_log stderr notice; events {{}}
        http {{
            access_log off; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
            fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
            server {{
                listen 127.0.0.1:{port} ssl; server_name localhost; root {folder}/files;
                ssl_protocols TLSv1.2 TLSv1.3;
                {lines}
            }}
        }}"
    );
    std::fs::write(matrix.file("nginx.conf"), settings).unwrap();
    let mut command = Command::new("nginx");
    command.env("PATH", "/usr/local/sbin:/usr/sbin:/usr/local/bin:/usr/bin");
    let mut server =
        Running::start("nginx", command.args(["-e", "stderr", "-c"]).arg(matrix.file("nginx.conf")));
    // What it says last before it accepts connections; by then it listens.
    server.wait_for("getrlimit");
    (server, port)
}
