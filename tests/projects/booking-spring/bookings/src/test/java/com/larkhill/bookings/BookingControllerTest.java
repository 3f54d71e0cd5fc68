package com.larkhill.bookings;

import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.autoconfigure.web.servlet.WebMvcTest;
import org.springframework.boot.test.mock.mockito.MockBean;
import org.springframework.test.web.servlet.MockMvc;

@WebMvcTest(BookingController.class)
class BookingControllerTest {
  @Autowired MockMvc mvc;
  @MockBean BookingRepository bookings;

  @Test
  void strangersAreTurnedAway() throws Exception {
    mvc.perform(get("/api/bookings")).andExpect(status().isUnauthorized());
  }
}
