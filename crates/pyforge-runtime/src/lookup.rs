//! WASI's name lookup, for allowed names only: a lookup is traffic, and can carry data out.

use crate::network::AllowList;
use wasmtime::component::{HasData, Resource};
use wasmtime_wasi::p2::bindings::sockets::ip_name_lookup::{self, ResolveAddressStream};
use wasmtime_wasi::p2::bindings::sockets::network::{self, ErrorCode, IpAddress, Network};
use wasmtime_wasi::p2::{DynPollable, SocketError};
use wasmtime_wasi::sockets::WasiSocketsCtxView;

/// `wasi:sockets/ip-name-lookup` with a list of names.
pub(crate) struct Lookup<'a> {
    names: Option<AllowList>,
    wasi: WasiSocketsCtxView<'a>,
}

impl<'a> Lookup<'a> {
    /// No list leaves the decision to WASI's own switch.
    pub(crate) fn new(names: Option<AllowList>, wasi: WasiSocketsCtxView<'a>) -> Self {
        Self { names, wasi }
    }
}

impl HasData for Lookup<'static> {
    type Data<'a> = Lookup<'a>;
}

impl network::Host for Lookup<'_> {
    fn convert_error_code(&mut self, error: SocketError) -> wasmtime::Result<ErrorCode> {
        self.wasi.convert_error_code(error)
    }

    fn network_error_code(
        &mut self,
        error: Resource<wasmtime::Error>,
    ) -> wasmtime::Result<Option<ErrorCode>> {
        self.wasi.network_error_code(error)
    }
}

impl network::HostNetwork for Lookup<'_> {
    fn drop(&mut self, network: Resource<Network>) -> wasmtime::Result<()> {
        network::HostNetwork::drop(&mut self.wasi, network)
    }
}

impl ip_name_lookup::Host for Lookup<'_> {
    fn resolve_addresses(
        &mut self,
        network: Resource<Network>,
        name: String,
    ) -> Result<Resource<ResolveAddressStream>, SocketError> {
        match &self.names {
            Some(names) if !names.allows_name(&name) => Err(ErrorCode::AccessDenied.into()),
            _ => ip_name_lookup::Host::resolve_addresses(&mut self.wasi, network, name),
        }
    }
}

impl ip_name_lookup::HostResolveAddressStream for Lookup<'_> {
    fn resolve_next_address(
        &mut self,
        stream: Resource<ResolveAddressStream>,
    ) -> Result<Option<IpAddress>, SocketError> {
        self.wasi.resolve_next_address(stream)
    }

    fn subscribe(
        &mut self,
        stream: Resource<ResolveAddressStream>,
    ) -> wasmtime::Result<Resource<DynPollable>> {
        self.wasi.subscribe(stream)
    }

    fn drop(&mut self, stream: Resource<ResolveAddressStream>) -> wasmtime::Result<()> {
        ip_name_lookup::HostResolveAddressStream::drop(&mut self.wasi, stream)
    }
}
