//! Driving a provider of `openssl:component` by itself: an instance, and two sides of a connection joined in memory.

use std::path::Path;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use wasmtime::component::{Component, Linker, ResourceAny, ResourceTable};
use wasmtime::{Config, Engine, ResourceLimiter, Store};
use wasmtime_wasi::random::Deterministic;
use wasmtime_wasi::{WasiCtx, WasiCtxBuilder, WasiCtxView, WasiView};

use self::bindings::Provider;
use self::bindings::exports::openssl::component::{digest, kdf, mac, random, tls, x509};
use self::tls::{Event, Protocol, Quantity, Refusal, Setting, Status};
use crate::samples::Numbers;

#[allow(missing_docs, reason = "the documentation is in the WIT")]
pub mod bindings {
    wasmtime::component::bindgen!({
        path: "../wit/openssl",
        additional_derives: [Clone, PartialEq],
        inline: "
            package pyforge:contract;
            world provider {
                export openssl:component/tls@0.2.0;
                export openssl:component/x509@0.2.0;
                export openssl:component/random@0.2.0;
                export openssl:component/digest@0.2.0;
                export openssl:component/mac@0.2.0;
                export openssl:component/kdf@0.2.0;
            }
        ",
        world: "pyforge:contract/provider",
    });
}

crate::impl_bytes!(tls::Bytes);
crate::impl_bytes!(x509::Bytes);
crate::impl_bytes!(digest::Bytes);
crate::impl_bytes!(mac::Bytes);

/// How many ticks of the engine's epoch nothing ever takes.
const NO_DEADLINE: u64 = 1 << 60;

/// A host with a clock and random numbers, which counts the component's memory and limits it.
pub struct Host {
    wasi: WasiCtx,
    table: ResourceTable,
    memory: usize,
    limit: usize,
}

impl Host {
    fn new(mut wasi: WasiCtxBuilder, limit: usize) -> Self {
        Self { wasi: wasi.build(), table: ResourceTable::new(), memory: 0, limit }
    }
}

impl WasiView for Host {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}

impl ResourceLimiter for Host {
    fn memory_growing(&mut self, now: usize, wanted: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        let memory = self.memory + wanted - now;
        let fits = memory <= self.limit;
        if fits {
            self.memory = memory;
        }
        Ok(fits)
    }

    fn table_growing(&mut self, _: usize, _: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        Ok(true)
    }
}

/// Compiles a component for an engine whose epoch can end its calls.
pub fn compile(file: &Path) -> Component {
    let engine = Engine::new(Config::new().epoch_interruption(true)).unwrap();
    Component::from_file(&engine, file).unwrap_or_else(|error| panic!("{}: {error:?}", file.display()))
}

/// An operation of a connection.
#[derive(Clone, Copy)]
#[allow(missing_docs, reason = "the documentation is in the WIT")]
pub enum Operation<'a> {
    Handshake,
    Read(u32),
    Write(&'a [u8]),
    Shutdown,
}

/// What came of one, or of several in a row.
#[derive(Debug)]
#[allow(missing_docs, reason = "the documentation is in the WIT")]
pub struct Outcome {
    pub status: Status,
    pub data: Vec<u8>,
    pub output: Vec<u8>,
    pub events: Vec<Event>,
}

/// How ciphertext arrives.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Pace {
    /// At once.
    Whole,
    /// So many bytes at a time.
    Pieces(usize),
    /// As many bytes as the connection wants, and none that follow.
    Wanted,
}

/// A connection, and the ciphertext that is on its way to it.
#[allow(missing_docs, reason = "nothing to add")]
pub struct Side {
    pub connection: ResourceAny,
    pub inbox: Vec<u8>,
}

/// A client and a server.
#[allow(missing_docs, reason = "nothing to add")]
pub struct Pair {
    pub client: Side,
    pub server: Side,
}

/// Which of the two.
#[derive(Clone, Copy, Debug, PartialEq)]
#[allow(missing_docs, reason = "nothing to add")]
pub enum Who {
    Client,
    Server,
}

/// A running component. Methods panic when it traps, unless they return wasmtime's result.
#[allow(missing_docs, reason = "one of each interface")]
pub struct Instance {
    pub store: Store<Host>,
    pub tls: tls::Guest,
    pub x509: x509::Guest,
    pub random: random::Guest,
    pub digest: digest::Guest,
    pub mac: mac::Guest,
    pub kdf: kdf::Guest,
}

impl Instance {
    /// One whose memory is not limited.
    pub fn start(component: &Component) -> Self {
        Self::start_on(component, Host::new(WasiCtxBuilder::new(), usize::MAX))
    }

    /// One whose linear memory has at most so many bytes.
    pub fn start_limited(component: &Component, limit: usize) -> Self {
        Self::start_on(component, Host::new(WasiCtxBuilder::new(), limit))
    }

    /// One whose random numbers are the same each time.
    pub fn start_seeded(component: &Component, seed: u64) -> Self {
        let mut numbers = Numbers::new(seed);
        let bytes = (0..4096).map(|_| numbers.below(256) as u8).collect();
        let mut wasi = WasiCtxBuilder::new();
        wasi.secure_random(Deterministic::new(bytes));
        Self::start_on(component, Host::new(wasi, usize::MAX))
    }

    fn start_on(component: &Component, host: Host) -> Self {
        let mut linker = Linker::<Host>::new(component.engine());
        wasmtime_wasi::p2::add_to_linker_sync(&mut linker).unwrap();
        let mut store = Store::new(component.engine(), host);
        store.limiter(|host| host);
        store.set_epoch_deadline(NO_DEADLINE);
        let provider = Provider::instantiate(&mut store, component, &linker).unwrap();
        Self {
            tls: provider.openssl_component_tls().clone(),
            x509: provider.openssl_component_x509().clone(),
            random: provider.openssl_component_random().clone(),
            digest: provider.openssl_component_digest().clone(),
            mac: provider.openssl_component_mac().clone(),
            kdf: provider.openssl_component_kdf().clone(),
            store,
        }
    }

    /// The component's linear memory, in bytes.
    pub fn memory(&self) -> usize {
        self.store.data().memory
    }

    /// From now on, calls trap when the engine's epoch has ticked so often.
    pub fn allow_ticks(&mut self, ticks: u64) {
        self.store.set_epoch_deadline(ticks);
    }

    /// Drops a resource.
    pub fn close(&mut self, resource: ResourceAny) {
        resource.resource_drop(&mut self.store).unwrap();
    }

    /// A context with these settings.
    pub fn context(&mut self, protocol: Protocol, settings: &[(Setting, u64)]) -> ResourceAny {
        let context = self.tls.context().call_open(&mut self.store, protocol).unwrap().unwrap();
        for &(setting, value) in settings {
            self.set(context, setting, value);
        }
        context
    }

    /// Sets something that can be set.
    pub fn set(&mut self, context: ResourceAny, setting: Setting, value: u64) {
        self.tls.context().call_set(&mut self.store, context, setting, value).unwrap().unwrap();
    }

    /// Takes a certificate and its key.
    pub fn identify(
        &mut self,
        context: ResourceAny,
        certificates: &[u8],
        key: &[u8],
        password: Option<&[u8]>,
    ) {
        let guest = self.tls.context();
        guest.call_use_certificates(&mut self.store, context, certificates, None).unwrap().unwrap();
        guest.call_use_private_key(&mut self.store, context, key, password).unwrap().unwrap();
        guest.call_check_private_key(&mut self.store, context).unwrap().unwrap();
    }

    /// Takes a key, or not.
    pub fn try_key(
        &mut self,
        context: ResourceAny,
        key: &[u8],
        password: Option<&[u8]>,
    ) -> Result<(), Refusal> {
        self.tls.context().call_use_private_key(&mut self.store, context, key, password).unwrap()
    }

    /// Trusts what is in a file.
    pub fn trust(&mut self, context: ResourceAny, pem: &[u8]) -> Result<u32, Vec<tls::Problem>> {
        self.tls.context().call_add_file(&mut self.store, context, &pem.into()).unwrap()
    }

    /// One side of a new connection.
    pub fn side(&mut self, context: ResourceAny, who: Who) -> Side {
        let guest = self.tls.connection();
        let connection = guest.call_open(&mut self.store, context).unwrap().unwrap();
        guest.call_set_role(&mut self.store, connection, who == Who::Server).unwrap();
        Side { connection, inbox: Vec::new() }
    }

    /// Both sides of a new connection.
    pub fn pair(&mut self, client: ResourceAny, server: ResourceAny) -> Pair {
        Pair { client: self.side(client, Who::Client), server: self.side(server, Who::Server) }
    }

    /// Drops both sides.
    pub fn part(&mut self, pair: Pair) {
        self.close(pair.client.connection);
        self.close(pair.server.connection);
    }

    /// Ends a connection as TLS has it, and drops both sides. OpenSSL does not go on from a session whose connection
    /// was dropped without that.
    pub fn finish(&mut self, mut pair: Pair) {
        for side in [&mut pair.client, &mut pair.server] {
            self.run(side, Operation::Shutdown, Pace::Whole);
        }
        self.part(pair);
    }

    /// A number of a connection.
    pub fn quantity(&mut self, side: &Side, quantity: Quantity) -> i64 {
        self.tls.connection().call_get(&mut self.store, side.connection, quantity).unwrap()
    }

    /// One operation.
    pub fn operate(
        &mut self,
        connection: ResourceAny,
        operation: Operation<'_>,
        input: &[u8],
    ) -> wasmtime::Result<Outcome> {
        let (guest, input) = (self.tls.connection(), &input.into());
        let store = &mut self.store;
        let outcome = match operation {
            Operation::Handshake => guest.call_handshake(store, connection, input),
            Operation::Read(limit) => guest.call_read(store, connection, input, limit),
            Operation::Write(data) => guest.call_write(store, connection, input, &data.into()),
            Operation::Shutdown => guest.call_shutdown(store, connection, input),
        }?;
        let tls::Outcome { status, data, output, events } = outcome;
        Ok(Outcome { status, data: data.into(), output: output.into(), events })
    }

    /// Goes on with an operation as far as what is on its way lets it.
    pub fn run(&mut self, side: &mut Side, operation: Operation<'_>, pace: Pace) -> Outcome {
        self.try_run(side, operation, pace).unwrap()
    }

    /// Goes on with an operation, which may trap.
    pub fn try_run(
        &mut self,
        side: &mut Side,
        operation: Operation<'_>,
        pace: Pace,
    ) -> wasmtime::Result<Outcome> {
        let first = next_piece(side, pace, 0);
        let mut whole = self.operate(side.connection, operation, &first)?;
        while let Status::WantInput(wanted) = whole.status
            && !side.inbox.is_empty()
        {
            let piece = next_piece(side, pace, wanted as usize);
            let next = self.operate(side.connection, operation, &piece)?;
            whole.status = next.status;
            whole.data.extend(next.data);
            whole.output.extend(next.output);
            whole.events.extend(next.events);
        }
        Ok(whole)
    }

    /// Shakes hands; `answer` is asked about what stops a side, and says whether it can go on. Returns where both
    /// sides ended, and all that was reported.
    pub fn handshake(
        &mut self,
        pair: &mut Pair,
        pace: Pace,
        answer: &mut dyn FnMut(&mut Self, Who, &Side, &Status) -> bool,
    ) -> Shaken {
        let mut shaken = Shaken::default();
        let mut idle = 0;
        while idle < 2 {
            for who in [Who::Client, Who::Server] {
                if shaken.status(who).as_ref().is_some_and(is_failure) {
                    idle += 1;
                    continue;
                }
                let (side, peer) = pair.sides(who);
                let Outcome { status, output, events, .. } = self.run(side, Operation::Handshake, pace);
                peer.inbox.extend(&output);
                shaken.events.extend(events.into_iter().map(|event| (who, event)));
                let goes_on = is_question(&status) && answer(self, who, side, &status);
                idle = if goes_on || !output.is_empty() { 0 } else { idle + 1 };
                *shaken.status(who) = Some(status);
            }
        }
        shaken
    }

    /// Shakes hands where nothing is asked, and has to succeed.
    pub fn connect(&mut self, pair: &mut Pair) {
        let shaken = self.handshake(pair, Pace::Whole, &mut |_, _, _, _| false);
        assert_eq!((shaken.client, shaken.server), (Some(Status::Done(0)), Some(Status::Done(0))));
    }

    /// Sends data from a side to the other one, in pieces of ciphertext.
    pub fn send(&mut self, pair: &mut Pair, from: Who, data: &[u8], pace: Pace) -> Vec<u8> {
        let (side, peer) = pair.sides(from);
        let sent = self.run(side, Operation::Write(data), Pace::Whole);
        assert_eq!(sent.status, Status::Done(data.len() as u32));
        peer.inbox.extend(sent.output);
        let mut received = Vec::new();
        while received.len() < data.len() {
            let Outcome { status, data, output, .. } = self.run(peer, Operation::Read(u32::MAX), pace);
            side.inbox.extend(output);
            assert_eq!(status, Status::Done(data.len() as u32));
            received.extend(data);
        }
        received
    }
}

/// Where both sides of a handshake ended.
#[derive(Debug, Default)]
#[allow(missing_docs, reason = "nothing to add")]
pub struct Shaken {
    pub client: Option<Status>,
    pub server: Option<Status>,
    pub events: Vec<(Who, Event)>,
}

impl Shaken {
    /// Whether both are done.
    pub fn is_done(&self) -> bool {
        let done = Some(Status::Done(0));
        self.client == done && self.server == done
    }

    fn status(&mut self, who: Who) -> &mut Option<Status> {
        match who {
            Who::Client => &mut self.client,
            Who::Server => &mut self.server,
        }
    }
}

impl Pair {
    /// A side and its peer.
    pub fn sides(&mut self, who: Who) -> (&mut Side, &mut Side) {
        match who {
            Who::Client => (&mut self.client, &mut self.server),
            Who::Server => (&mut self.server, &mut self.client),
        }
    }
}

/// Whether a side waits for an answer.
pub fn is_question(status: &Status) -> bool {
    matches!(status, Status::WantServerNameAnswer(_) | Status::WantPsk(_))
}

/// Whether a side is at its end.
pub fn is_failure(status: &Status) -> bool {
    matches!(status, Status::Failed(_) | Status::Ended(_))
}

/// The reasons in a failure's words.
pub fn reasons(status: &Status) -> Vec<String> {
    match status {
        Status::Failed(failure) | Status::Ended(failure) => {
            failure.iter().map(|problem| problem.reason.clone()).collect()
        }
        _ => Vec::new(),
    }
}

fn next_piece(side: &mut Side, pace: Pace, wanted: usize) -> Vec<u8> {
    let size = match pace {
        Pace::Whole => side.inbox.len(),
        Pace::Pieces(size) => size,
        Pace::Wanted => wanted,
    };
    side.inbox.drain(..size.min(side.inbox.len())).collect()
}

/// Lets the epoch of an engine tick, for as long as it lives.
pub struct Ticks {
    /// Its end is the thread's.
    _alive: mpsc::Sender<()>,
}

impl Ticks {
    /// Ticks once in so long a time.
    pub fn every(period: Duration, engine: &Engine) -> Self {
        let (alive, is_over) = mpsc::channel::<()>();
        let engine = engine.clone();
        std::thread::spawn(move || {
            while is_over.recv_timeout(period) == Err(RecvTimeoutError::Timeout) {
                engine.increment_epoch();
            }
        });
        Self { _alive: alive }
    }
}
