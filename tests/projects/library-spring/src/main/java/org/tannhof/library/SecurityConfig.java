package org.tannhof.library;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpMethod;
import org.springframework.security.config.annotation.method.configuration.EnableMethodSecurity;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.web.SecurityFilterChain;

@Configuration
@EnableMethodSecurity
class SecurityConfig {
  private static final String[] OPEN = {"/actuator/health/**", "/api/books/**"};

  @Bean
  SecurityFilterChain chain(HttpSecurity http) throws Exception {
    return http
        .authorizeHttpRequests(it -> it
            .requestMatchers(HttpMethod.GET, OPEN).permitAll()
            .requestMatchers("/api/members", "/api/loans/*/extension").permitAll()
            .requestMatchers("/api/fines/**").hasRole("STAFF")
            .anyRequest().authenticated())
        .oauth2ResourceServer(it -> it.jwt(jwt -> {}))
        .build();
  }
}
