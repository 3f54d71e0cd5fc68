package com.larkhill.rooms;

import static org.mockito.Mockito.RETURNS_DEEP_STUBS;
import static org.mockito.Mockito.mock;

import org.junit.jupiter.api.Test;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;

class SecurityConfigTest {
  @Test
  void shouldTurnStrangersAway() throws Exception {
    new SecurityConfig().chain(mock(HttpSecurity.class, RETURNS_DEEP_STUBS));
  }
}
