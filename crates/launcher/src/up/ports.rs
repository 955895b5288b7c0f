//! Where the services of one process listen.

use std::{
    collections::BTreeMap,
    net::{SocketAddr, TcpListener},
};

use types::Service;

use crate::failure::Failure;

/// The port of each service, all on 127.0.0.1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ports(BTreeMap<Service, u16>);

impl Ports {
    /// Consecutive ports from a base, or each service's own.
    pub(crate) fn chosen(base: Option<u16>) -> Self {
        let port = |service: Service| match base {
            Some(base) => base.saturating_add(service.port_offset()),
            None => service.default_port(),
        };
        let all = Service::ALL.into_iter();
        Self(all.map(|service| (service, port(service))).collect())
    }

    /// Where a service listens.
    pub(crate) fn address(&self, service: Service) -> SocketAddr {
        let port = self.0.get(&service).copied();
        SocketAddr::from(([127, 0, 0, 1], port.unwrap_or(service.default_port())))
    }

    /// Fails naming the first port that somebody else listens on. Asked before anything starts,
    /// so that the answer names the port and nothing has to be undone.
    pub(crate) fn check_free(&self) -> Result<(), Failure> {
        for service in Service::ALL {
            let address = self.address(service);
            if let Err(error) = TcpListener::bind(address) {
                return Err(Failure::failed(format!(
                    "port {} for {service} cannot be used: {error}; free it, or choose others \
                     with --port-base N",
                    address.port()
                )));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_numbers_the_services_through() {
        let ports = Ports::chosen(Some(4000));
        let numbers = Service::ALL.map(|service| ports.address(service).port());
        assert_eq!(numbers, [4000, 4001, 4002, 4003]);
        let own = Ports::chosen(None);
        let numbers = Service::ALL.map(|service| own.address(service).port());
        assert_eq!(numbers, [3700, 3800, 3810, 3820]);
    }

    #[test]
    fn a_port_that_is_taken_is_named() {
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = taken.local_addr().unwrap().port();
        let refusal = Ports::chosen(Some(port)).check_free().unwrap_err();
        let said = refusal.to_string();
        assert_eq!(refusal.exit_code(), 1);
        assert!(
            said.contains(&port.to_string()) && said.contains("tune-gateway"),
            "{said}"
        );
        assert!(said.contains("--port-base"), "{said}");
    }
}
